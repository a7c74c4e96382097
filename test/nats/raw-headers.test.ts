import { connect, headers, type Msg } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestBroker } from '../support/broker/broker.ts';
import { createHeaderReader } from '../../src/kit/nats/stream/raw-headers.ts';

const broker = await startTestBroker();
const nc = await connect({ servers: broker.url });

/** Publishes a message with these headers and returns it as received. */
async function deliver(fields: Readonly<Record<string, string>>, subject = 'a', data = 'x'): Promise<Msg> {
  const arrived = new Promise<Msg>((resolve) => {
    nc.subscribe(subject, { max: 1, callback: (_error, message) => resolve(message) });
  });
  const given = headers();
  for (const [name, value] of Object.entries(fields)) given.set(name, value);
  nc.publish(subject, data, { headers: given, reply: 'somewhere' });
  return arrived;
}

const rawHeaders = suite('createHeaderReader');

rawHeaders('returns the same values as the NATS client', async () => {
  const values = { 'Nats-Msg-Id': 'abc', Other: 'ü 😀', Spaced: '  between  ', Nothing: '' };
  for (const subject of ['a', 'ü.😀']) {
    for (const data of ['x', '', 'Nats-Msg-Id: no']) {
      const message = await deliver(values, subject, data);
      const read = createHeaderReader(message);
      for (const name of [...Object.keys(values), 'Absent', 'nats-msg-id', 'Msg-Id']) {
        assert.is(read(name) ?? '', message.headers?.get(name) ?? '', `${name} of ${subject}`);
      }
    }
  }
});

rawHeaders('does not parse the other headers', async () => {
  const message = await deliver({ 'Nats-Msg-Id': 'abc' });
  Object.defineProperty(message, 'headers', { get: () => assert.unreachable('all headers were parsed') });
  assert.is(createHeaderReader(message)('Nats-Msg-Id'), 'abc');
});

rawHeaders('falls back to `headers` if the bytes before `data` are not the headers of the message', () => {
  const fields = headers();
  fields.set('Nats-Msg-Id', 'abc');
  const data = new TextEncoder().encode('NATS/1.0\r\nNats-Msg-Id: no\r\n\r\n{}').subarray(29);
  assert.is(createHeaderReader({ subject: 'a', data, headers: fields })('Nats-Msg-Id'), 'abc');
});

rawHeaders.after(async () => {
  await nc.close();
  await broker.close();
});

rawHeaders.run();

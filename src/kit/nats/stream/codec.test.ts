import { Buffer } from 'node:buffer';
import { headers, type MsgHdrs } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../../domain/decider.ts';
import { defineEvents } from '../../domain/event-schema.ts';
import { createCodec } from './codec.ts';
import { eventSubjects } from './subjects.ts';

const ChargerAdded = z.object({ type: z.literal('ChargerAdded'), name: z.string() });
const codec = createCodec(
  defineEvents({ ChargerAdded: { schema: ChargerAdded } }),
  eventSubjects('chargers'),
);
const stored = { position: 5, time: 1_700_000_000_000, nanoseconds: 123_456 };

function decode(data: string | Uint8Array, subject = 'chargers.events.42', fields?: MsgHdrs) {
  const message = { subject, data: Buffer.from(data), ...(fields !== undefined && { headers: fields }) };
  return codec.decode(message, stored);
}

function reasonOf(data: string | Uint8Array, subject?: string): string {
  const { content } = decode(data, subject);
  return content instanceof Rejection ? content.reason : `decoded as an event: ${JSON.stringify(content)}`;
}

const brick = { type: 'ChargerAdded', name: 'brick 😀' } as const;

const decoding = suite('decode');

decoding('returns the event with its position, time, entity id and subject', () =>
  assert.equal(decode(codec.encode(brick)), {
    position: 5,
    time: 1_700_000_000_000,
    nanoseconds: 123_456,
    id: 42,
    subject: 'chargers.events.42',
    messageId: undefined,
    commandDigest: undefined,
    traceparent: undefined,
    actor: undefined,
    version: undefined,
    content: brick,
  }),
);
decoding('returns the message id, the digest of the command and who sent it', () => {
  const fields = headers();
  fields.set('Nats-Msg-Id', 'abc');
  fields.set('Portside-Command-Digest', 'xyz');
  fields.set('Portside-Actor', 'zoë');
  const { messageId, commandDigest, actor } = decode(codec.encode(brick), undefined, fields);
  assert.equal([messageId, commandDigest, actor], ['abc', 'xyz', 'zoë']);
});
decoding('returns the version of the service, if it is short', () => {
  const read = (text: string) => {
    const fields = headers();
    fields.set('Portside-Version', text);
    return decode(codec.encode(brick), undefined, fields).version;
  };
  assert.is(read('0.2.0'), '0.2.0');
  assert.is(read(''), undefined);
  assert.is(read('1'.repeat(65)), undefined);
});
decoding('returns a valid traceparent and ignores a malformed one', () => {
  const read = (text: string) => {
    const fields = headers();
    fields.set('traceparent', text);
    return decode(codec.encode(brick), undefined, fields).traceparent;
  };
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  assert.is(read(trace), trace);
  for (const malformed of ['', 'x', trace.toUpperCase(), `${trace}-more`]) {
    assert.is(read(malformed), undefined, malformed);
  }
});
decoding('treats an empty message id as absent', () => {
  const fields = headers();
  fields.set('Nats-Msg-Id', '');
  assert.is(decode(codec.encode(brick), undefined, fields).messageId, undefined);
});
decoding('reads only the bytes of its own message in a shared buffer', () => {
  const text = Buffer.from(codec.encode(brick));
  const shared = Buffer.concat([Buffer.from('x{'), text, Buffer.from('}')]);
  assert.equal(decode(shared.subarray(2, 2 + text.length)).content, brick);
});
decoding('takes the last value of a repeated key, so that stored messages keep their meaning', () =>
  assert.equal(decode('{"type":"ChargerAdded","name":"a","name":"b"}').content, {
    type: 'ChargerAdded',
    name: 'b',
  }),
);
decoding.run();

const rejecting = suite('decode of an invalid message');

rejecting('rejects an empty payload', () => assert.is(reasonOf(''), 'not JSON'));
rejecting('rejects a payload that is not JSON', () => assert.is(reasonOf('{"type":'), 'not JSON'));
rejecting('rejects JSON followed by other text', () =>
  assert.is(reasonOf(`${codec.encode(brick)}x`), 'not JSON'),
);
rejecting('rejects JSON after a byte order mark', () =>
  assert.is(reasonOf(`\ufeff${codec.encode(brick)}`), 'not JSON'),
);
rejecting('rejects bytes that are not UTF-8', () => {
  assert.is(reasonOf(Uint8Array.of(0xff, 0xfe, 0x00)), 'not UTF-8');
  // A surrogate encoded in three bytes, a truncated character, and an overlong encoding.
  assert.is(reasonOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), 'not UTF-8');
  assert.is(reasonOf(Uint8Array.of(0x22, 0xf0, 0x9f, 0x98, 0x22)), 'not UTF-8');
  assert.is(reasonOf(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)), 'not UTF-8');
});
rejecting('rejects JSON that does not match an event schema', () => {
  assert.match(reasonOf('null'), /expected object/);
  assert.match(reasonOf('[]'), /expected object/);
  assert.match(reasonOf('{"type":"ChargerAdded"}'), /^ChargerAdded: name: /);
  assert.match(reasonOf('{"type":"Unknown"}'), /unknown event type "Unknown"/);
});
rejecting('rejects JSON nested as deep as the message size allows', () =>
  assert.match(reasonOf(`${'['.repeat(32_768)}${']'.repeat(32_768)}`), /expected object/),
);
rejecting('rejects an event on a subject without an entity id', () => {
  const { id, content } = decode(codec.encode(brick), 'chargers.events.x');
  assert.is(id, undefined);
  assert.match(content instanceof Rejection ? content.reason : '', /does not end in an id/);
});
rejecting.run();

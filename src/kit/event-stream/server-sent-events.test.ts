import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionLost, readServerSentEvents, type ServerSentEvent } from './server-sent-events.js';

const idleTimeoutMs = 60_000;

/** Parses a body that arrives in these chunks. */
async function parse(...chunks: readonly (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(body, idleTimeoutMs)) events.push(event);
  return events;
}

const event = (fields: Partial<ServerSentEvent>): ServerSentEvent => ({
  event: 'message',
  data: undefined,
  id: undefined,
  retryMs: undefined,
  ...fields,
});

async function failureOf(events: AsyncIterable<unknown>): Promise<ConnectionLost> {
  try {
    for await (const _ of events);
  } catch (error) {
    if (error instanceof ConnectionLost) return error;
    throw error;
  }
  throw new Error('the body ended without an error');
}

const fields = suite('an event block');

fields('has a name, an id, a reconnection time and data', async () =>
  assert.equal(await parse('event: reset\nid: 7\nretry: 3000\ndata: {}\n\n'), [
    event({ event: 'reset', id: '7', retryMs: 3000, data: '{}' }),
  ]),
);
fields('is called message by default', async () =>
  assert.equal(await parse('data: x\n\n'), [event({ data: 'x' })]),
);
fields('may have data in several lines', async () =>
  assert.equal(await parse('data: a\ndata: b\n\n'), [event({ data: 'a\nb' })]),
);
fields('loses only the first space after the colon', async () =>
  assert.equal(await parse('data:  a \ndata:b c\n\n'), [event({ data: ' a \nb c' })]),
);
fields('may have colons in a value', async () =>
  assert.equal(await parse('data: a:b: c\n\n'), [event({ data: 'a:b: c' })]),
);
fields('may have a field without a value', async () =>
  assert.equal(await parse('data\nid\n\n'), [event({ data: '', id: '' })]),
);
fields('may be a comment, as in a heartbeat', async () =>
  assert.equal(await parse(': data: x\n\n'), [event({})]),
);
fields('ignores an unknown field', async () =>
  assert.equal(await parse('colour: 7\ndata: x\n\n'), [event({ data: 'x' })]),
);
for (const retry of ['', 'x', '-1', '1.5', '1s', 's1']) {
  fields(`ignores the reconnection time ${JSON.stringify(retry)}`, async () =>
    assert.equal(await parse(`retry: ${retry}\ndata: x\n\n`), [event({ data: 'x' })]),
  );
}
fields.run();

const bodies = suite('the body of an event stream');

bodies('contains several events', async () =>
  assert.equal(await parse('data: a\n\ndata: b\n\n'), [event({ data: 'a' }), event({ data: 'b' })]),
);
bodies('may be split anywhere, also within a character', async () => {
  const bytes = new TextEncoder().encode('id: 1\ndata: é😀\n\nid: 2\ndata: b\n\n');
  const whole = [event({ id: '1', data: 'é😀' }), event({ id: '2', data: 'b' })];
  for (let at = 0; at <= bytes.length; at++)
    assert.equal(await parse(bytes.subarray(0, at), bytes.subarray(at)), whole, `split at ${at}`);
});
for (const [name, end] of [
  ['a carriage return', '\r'],
  ['a carriage return and a line feed', '\r\n'],
] as const) {
  bodies(`may end its lines with ${name}, split anywhere`, async () => {
    const text = ['id: 1', 'data: a', '', 'data: b', '', ''].join(end);
    // A carriage return at the end of a chunk may be half of a line end, so it is kept for the next chunk.
    const chunks = (at: number) => [text.slice(0, at), text.slice(at), ': next'];
    for (let at = 1; at < text.length; at++)
      assert.equal(
        await parse(...chunks(at)),
        [event({ id: '1', data: 'a' }), event({ data: 'b' })],
        `split at ${at}`,
      );
  });
}
bodies('does not include an event that is cut off', async () =>
  assert.equal(await parse('data: a\n\ndata: b\n'), [event({ data: 'a' })]),
);
bodies.run();

const connection = suite('the connection of an event stream');

connection('is lost: an error with the cause', async () => {
  const cause = new Error('socket closed');
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(cause) });
  const error = await failureOf(readServerSentEvents(body, idleTimeoutMs));
  assert.equal([error.name, error.message], ['ConnectionLost', 'The connection was lost.']);
  assert.is(error.cause, cause);
});
connection('is silent for too long: an error, and the body is cancelled', async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    cancel() {
      isCancelled = true;
    },
  });
  const error = await failureOf(readServerSentEvents(body, 20));
  assert.match(error.cause instanceof Error ? error.cause.message : '', 'no data for 20 ms');
  assert.ok(isCancelled);
});
connection('is closed when the reader stops', async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
    cancel() {
      isCancelled = true;
    },
  });
  for await (const { data } of readServerSentEvents(body, idleTimeoutMs)) {
    assert.is(data, 'a');
    break;
  }
  assert.ok(isCancelled);
});
connection('leaves no timer behind', async () => {
  const countTimers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const before = countTimers();
  await parse('data: a\n\n', 'data: b\n\n');
  assert.is(countTimers(), before);
});
connection.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts';

const encoder = new TextEncoder();

async function parse(chunks: readonly string[]): Promise<ServerSentEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(body, 60_000)) events.push(event);
  return events;
}

const event = { event: 'reset', data: 'one\ntwo é', id: '5', retryMs: 100 };

const test = suite('the parser of Server-Sent Events');

for (const [name, lineEnd] of [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
] as const) {
  const lines = ['id: 5', 'event: reset', ': comment', 'retry: 100', 'data: one', 'data:two é', '', ''];
  // A CR at the end of a chunk may be the first half of a CRLF, so the block ends with the next chunk.
  const text = `${lines.join(lineEnd)}${lineEnd === '\r' ? ':' : ''}`;
  test(`accepts ${name} as line end, wherever the text is split into chunks`, async () => {
    assert.equal(await parse([text]), [event]);
    for (let at = 1; at < text.length; at++)
      assert.equal(await parse([text.slice(0, at), text.slice(at)]), [event], `split at ${at}`);
  });
}
test('leaves no timer behind', async () => {
  const countTimers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const before = countTimers();
  await parse(['data: one\n\n', 'data: two\n\n']);
  assert.is(countTimers(), before);
});
test.run();

import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeLines, encodeLines, withChunkTimeout } from './line-codec.ts';

async function* iterate(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const decodeChunks = (...chunks: readonly Uint8Array[]) => collect(decodeLines(iterate(chunks)));

/** Characters of one to four bytes; empty lines at the start, in the middle and at the end; a line of one character. */
const lines = ['', 'a', 'é€😀', '', '', 'x\r', '{"name":"Größe"}', ''];
const text = bytesOf(lines.map((line) => `${line}\n`).join(''));

const decoding = suite('decodeLines');

decoding('returns the lines of one chunk', async () => assert.equal(await decodeChunks(text), lines));
decoding('returns the same lines wherever chunk boundaries split them, also inside a character', async () => {
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      const chunks = [text.subarray(0, first), text.subarray(first, second), text.subarray(second)];
      assert.equal(await decodeChunks(...chunks), lines, `split at ${first} and ${second}`);
    }
  }
});
decoding('returns the lines of single-byte chunks', async () =>
  assert.equal(await decodeChunks(...Array.from(text, (byte) => Uint8Array.of(byte))), lines),
);
decoding('returns a last line without a line feed, wherever it is split', async () => {
  const unterminated = bytesOf('one\ntwo €');
  for (let at = 0; at <= unterminated.length; at++)
    assert.equal(await decodeChunks(unterminated.subarray(0, at), unterminated.subarray(at)), [
      'one',
      'two €',
    ]);
});
decoding('returns no lines for empty input and one empty line for a single line feed', async () => {
  assert.equal(await decodeChunks(), []);
  assert.equal(await decodeChunks(new Uint8Array()), []);
  assert.equal(await decodeChunks(bytesOf('\n')), ['']);
});
decoding('returns lines that are much longer than a chunk', async () => {
  const long = '€'.repeat(10_000);
  const bytes = bytesOf(`${long}\n${long}`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, index) =>
    bytes.subarray(index * 997, (index + 1) * 997),
  );
  assert.equal(await decodeChunks(...chunks), [long, long]);
});
decoding('throws the error of its source', async () => {
  async function* broken() {
    yield bytesOf('one\ntwo');
    throw new Error('the source broke');
  }
  const seen: string[] = [];
  const failure: unknown = await (async () => {
    for await (const line of decodeLines(broken())) seen.push(line);
  })().catch((error: unknown) => error);
  assert.match(String(failure), 'the source broke');
  assert.equal(seen, ['one']);
});
decoding.run();

const encoding = suite('encodeLines');

encoding('ends each line with a line feed', async () => {
  const chunks = await collect(encodeLines(lines));
  assert.equal(Buffer.concat(chunks), Buffer.from(text));
  assert.equal(await decodeChunks(...chunks), lines);
});
encoding('produces lines on demand and yields to the event loop before each', async () => {
  let produced = 0;
  function* count() {
    for (;;) yield String((produced += 1));
  }
  const reader = encodeLines(count()).getReader();
  let turns = 0;
  const countTurns = (async () => {
    while (turns < 1_000) {
      await nextTurn();
      turns += 1;
    }
  })();
  for (let read = 1; read <= 100; read++) {
    await reader.read();
    assert.ok(turns >= read - 1, `${turns} turns before line ${read}`);
    assert.ok(produced <= read + 1, `${produced} lines are produced when ${read} are read`);
  }
  await reader.cancel();
  turns = 1_000;
  await countTurns;
});
encoding('reports the error of its source to the reader', async () => {
  function* broken() {
    yield 'one';
    throw new Error('the source broke');
  }
  const failure: unknown = await collect(encodeLines(broken())).catch((error: unknown) => error);
  assert.match(String(failure), 'the source broke');
});
encoding.run();

/** Returns a stream that never ends after delivering `chunks`, and a function that returns whether it was cancelled. */
function createStalledStream(...chunks: readonly string[]) {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytesOf(chunk));
    },
    cancel() {
      cancelled = true;
    },
  });
  return { stream, isCancelled: () => cancelled };
}

const timeouts = suite('withChunkTimeout');

timeouts('reads a stream to its end', async () => {
  const chunks = await collect(withChunkTimeout(encodeLines(lines), 5_000));
  assert.equal(Buffer.concat(chunks), Buffer.from(text));
});
timeouts('throws and cancels the stream if no chunk arrives', async () => {
  const { stream, isCancelled } = createStalledStream();
  const failure: unknown = await collect(withChunkTimeout(stream, 20)).catch((error: unknown) => error);
  assert.match(String(failure), 'no more data within 20 ms');
  assert.ok(isCancelled());
});
timeouts('throws and cancels the stream if it stalls after some chunks', async () => {
  const { stream, isCancelled } = createStalledStream('one\n', 'tw');
  const seen: string[] = [];
  const failure: unknown = await (async () => {
    for await (const line of decodeLines(withChunkTimeout(stream, 20))) seen.push(line);
  })().catch((error: unknown) => error);
  assert.match(String(failure), 'no more data within 20 ms');
  assert.equal(seen, ['one']);
  assert.ok(isCancelled());
});
timeouts('applies the timeout to each chunk, not to the whole stream', async () => {
  let count = 0;
  const slow = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      if ((count += 1) > 20) controller.close();
      else controller.enqueue(bytesOf('x'));
    },
  });
  assert.is((await collect(withChunkTimeout(slow, 500))).length, 20);
});
timeouts('cancels the stream when the reader stops early', async () => {
  const { stream, isCancelled } = createStalledStream('one\n', 'two\n');
  for await (const line of decodeLines(withChunkTimeout(stream, 5_000))) {
    assert.is(line, 'one');
    break;
  }
  assert.ok(isCancelled());
});
timeouts('throws the error of the stream', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: () => Promise.reject(new Error('the stream broke')),
  });
  const failure: unknown = await collect(withChunkTimeout(broken, 5_000)).catch((error: unknown) => error);
  assert.match(String(failure), 'the stream broke');
});
timeouts.run();

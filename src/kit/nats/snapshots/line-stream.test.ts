import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLines, withinTime, writeLines } from './line-stream.ts';

async function* inTurn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const linesIn = (...chunks: readonly Uint8Array[]) => collect(readLines(inTurn(chunks)));

/** Characters of one, two, three and four bytes, empty lines first, in the middle and last, and a line of one character. */
const lines = ['', 'a', 'é€😀', '', '', 'x\r', '{"name":"Größe"}', ''];
const text = bytesOf(lines.map((line) => `${line}\n`).join(''));

const reading = suite('lines are read as they were written');

reading('from one chunk', async () => assert.equal(await linesIn(text), lines));
reading('whatever two boundaries split them, also inside a character', async () => {
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      const chunks = [text.subarray(0, first), text.subarray(first, second), text.subarray(second)];
      assert.equal(await linesIn(...chunks), lines, `split at ${first} and ${second}`);
    }
  }
});
reading('byte by byte', async () =>
  assert.equal(await linesIn(...Array.from(text, (byte) => Uint8Array.of(byte))), lines),
);
reading('a last one without an end is a line as well, wherever it is split', async () => {
  const open = bytesOf('one\ntwo €');
  for (let at = 0; at <= open.length; at++)
    assert.equal(await linesIn(open.subarray(0, at), open.subarray(at)), ['one', 'two €']);
});
reading('nothing holds no line, and one end holds one that is empty', async () => {
  assert.equal(await linesIn(), []);
  assert.equal(await linesIn(new Uint8Array()), []);
  assert.equal(await linesIn(bytesOf('\n')), ['']);
});
reading('one that is much longer than a chunk', async () => {
  const long = '€'.repeat(10_000);
  const bytes = bytesOf(`${long}\n${long}`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, index) =>
    bytes.subarray(index * 997, (index + 1) * 997),
  );
  assert.equal(await linesIn(...chunks), [long, long]);
});
reading('a failure of the source is passed on', async () => {
  async function* broken() {
    yield bytesOf('one\ntwo');
    throw new Error('the source broke');
  }
  const seen: string[] = [];
  const failure: unknown = await (async () => {
    for await (const line of readLines(broken())) seen.push(line);
  })().catch((error: unknown) => error);
  assert.match(String(failure), 'the source broke');
  assert.equal(seen, ['one']);
});
reading.run();

const writing = suite('lines are written');

writing('each with its end', async () => {
  const chunks = await collect(writeLines(lines));
  assert.equal(Buffer.concat(chunks), Buffer.from(text));
  assert.equal(await linesIn(...chunks), lines);
});
writing('only as far as somebody reads, and with a turn for everybody else before each', async () => {
  let made = 0;
  function* count() {
    for (;;) yield String((made += 1));
  }
  const reader = writeLines(count()).getReader();
  let turns = 0;
  const ticking = (async () => {
    while (turns < 1_000) {
      await nextTurn();
      turns += 1;
    }
  })();
  for (let read = 1; read <= 100; read++) {
    await reader.read();
    assert.ok(turns >= read - 1, `${turns} turns before line ${read}`);
    assert.ok(made <= read + 1, `${made} lines are made when ${read} are read`);
  }
  await reader.cancel();
  turns = 1_000;
  await ticking;
});
writing('a failure of their source is passed on', async () => {
  function* broken() {
    yield 'one';
    throw new Error('the source broke');
  }
  const failure: unknown = await collect(writeLines(broken())).catch((error: unknown) => error);
  assert.match(String(failure), 'the source broke');
});
writing.run();

/** A stream that gives these chunks, and then nothing, not even an end; it tells whether it was cancelled. */
function stall(...chunks: readonly string[]) {
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

const waiting = suite('a stream is waited for within a time');

waiting('one that ends is read to its end', async () => {
  const chunks = await collect(withinTime(writeLines(lines), 5_000));
  assert.equal(Buffer.concat(chunks), Buffer.from(text));
});
waiting('one that gives nothing is given up, and cancelled', async () => {
  const { stream, isCancelled } = stall();
  const failure: unknown = await collect(withinTime(stream, 20)).catch((error: unknown) => error);
  assert.match(String(failure), 'no more data within 20 ms');
  assert.ok(isCancelled());
});
waiting('so is one that gives something and then nothing more', async () => {
  const { stream, isCancelled } = stall('one\n', 'tw');
  const seen: string[] = [];
  const failure: unknown = await (async () => {
    for await (const line of readLines(withinTime(stream, 20))) seen.push(line);
  })().catch((error: unknown) => error);
  assert.match(String(failure), 'no more data within 20 ms');
  assert.equal(seen, ['one']);
  assert.ok(isCancelled());
});
waiting('the time is that of one chunk, not of all', async () => {
  let count = 0;
  const slow = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      if ((count += 1) > 20) controller.close();
      else controller.enqueue(bytesOf('x'));
    },
  });
  assert.is((await collect(withinTime(slow, 500))).length, 20);
});
waiting('a reader that goes away cancels it', async () => {
  const { stream, isCancelled } = stall('one\n', 'two\n');
  for await (const line of readLines(withinTime(stream, 5_000))) {
    assert.is(line, 'one');
    break;
  }
  assert.ok(isCancelled());
});
waiting('its own failure is passed on', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: () => Promise.reject(new Error('the stream broke')),
  });
  const failure: unknown = await collect(withinTime(broken, 5_000)).catch((error: unknown) => error);
  assert.match(String(failure), 'the stream broke');
});
waiting.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProgress } from './progress.mjs';

const test = suite('the progress is shown in place on a terminal and as lines elsewhere');

function record(options: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { written, output: { ...options, write: (text: string) => written.push(text) } };
}

test('elsewhere every text is a whole line without control characters', () => {
  const { written, output } = record({});
  const step = createProgress(output).begin('npm dependencies');
  step.update('40 %');
  step.end('installed');
  assert.is(written[0], 'setup: npm dependencies …\n');
  assert.match(written[1] ?? '', /^setup: npm dependencies: installed \(\d+\.\d s\)\n$/);
  assert.is(written.length, 2);
});

test('a terminal line is overwritten, cut to the width, and ended by the result', () => {
  const { written, output } = record({ isTTY: true, columns: 20 });
  createProgress(output).begin('a label that is longer than the terminal').end('done');
  assert.is(written[0], '\r\x1b[2Ksetup: a label that');
  assert.is(written[1], '\r\x1b[2Ksetup: a label that is longer than the terminal: done (0.0 s)\n');
});

test.run();

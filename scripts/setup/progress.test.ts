import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProgress } from './progress.mjs';

const progress = suite('createProgress');

function record(options: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { written, output: { ...options, write: (text: string) => written.push(text) } };
}

progress('writes plain lines without control characters if the output is not a terminal', () => {
  const { written, output } = record({});
  const step = createProgress(output).begin('npm dependencies');
  step.update('40 %');
  step.end('installed');
  assert.is(written[0], 'setup: npm dependencies …\n');
  assert.match(written[1] ?? '', /^setup: npm dependencies: installed \(\d+\.\d s\)\n$/);
  assert.is(written.length, 2);
});

progress('overwrites one line on a terminal, truncated to its width, until the result', () => {
  const { written, output } = record({ isTTY: true, columns: 20 });
  createProgress(output).begin('a label that is longer than the terminal').end('done');
  assert.is(written[0], '\r\x1b[2Ksetup: a label that');
  assert.is(written[1], '\r\x1b[2Ksetup: a label that is longer than the terminal: done (0.0 s)\n');
});

progress.run();

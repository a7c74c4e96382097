/** Runs processes that use `onShutdown`, and sends signals to them. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

const shutdown = new URL('shutdown.ts', import.meta.url);
const logger = new URL('observability/logger.ts', import.meta.url);

/**
 * Starts a process whose `stop` function has this body. It can call `print`, and `nextSignal`, which resolves when a signal
 * arrives. Resolves when the process handles signals.
 */
async function start(body: string, timeoutMs = 60_000) {
  const source = `
    import { onShutdown } from ${JSON.stringify(shutdown.href)};
    import { createLogger } from ${JSON.stringify(logger.href)};
    const print = (line) => process.stdout.write(line + '\\n');
    const nextSignal = (name) => new Promise((resolve) => process.once(name, () => setImmediate(resolve)));
    setInterval(() => undefined, 60_000);
    onShutdown(createLogger('test', 'info'), ${timeoutMs}, async () => { ${body} });
    print('started');`;
  const child = spawn(process.execPath, [...typescriptArgs, '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const output = text(child.stdout);
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  const awaitLine = async (line: string) => {
    while (!seen.includes(line)) await once(child.stdout, 'data');
  };
  await awaitLine('started');
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    awaitLine,
    async ended() {
      const [[code]] = await Promise.all([exited, output]);
      return { code: Number(code), output: await output };
    },
  };
}

const count = (output: string, line: string) => output.split('\n').filter((found) => found === line).length;

const test = suite('a shutdown');

test('stops once and exits with 0, even if further signals arrive', async () => {
  const child = await start(`
    print('stop');
    await nextSignal('SIGTERM');
    print('second signal');
    await nextSignal('SIGINT');`);
  child.kill('SIGTERM');
  await child.awaitLine('stop');
  child.kill('SIGTERM');
  await child.awaitLine('second signal');
  child.kill('SIGINT');
  const { code, output } = await child.ended();
  assert.is(code, 0);
  assert.is(count(output, 'stop'), 1);
  assert.is(output.match(/"msg":"stopping"/g)?.length, 1);
  assert.match(output, '"msg":"stopped"');
});
test('exits with 1 and logs the error if it fails', async () => {
  const child = await start(`throw new Error('cannot drain');`);
  child.kill('SIGINT');
  const { code, output } = await child.ended();
  assert.is(code, 1);
  assert.match(output, '"msg":"shutdown failed"');
  assert.match(output, 'cannot drain');
});
test('exits with 1 if it exceeds its time limit', async () => {
  const child = await start(`await new Promise(() => undefined);`, 50);
  child.kill('SIGTERM');
  const { code, output } = await child.ended();
  assert.is(code, 1);
  assert.match(output, '"msg":"shutdown timed out; exiting"');
});

for (const when of ['before', 'after'] as const) {
  test(`stops if its launcher exits ${when} it handles signals`, async () => {
    const source = `
      import { onShutdown } from ${JSON.stringify(shutdown.href)};
      import { createLogger } from ${JSON.stringify(logger.href)};
      setInterval(() => undefined, 60_000);
      process.send('running');
      const disconnected = new Promise((resolve) => process.once('disconnect', resolve));
      if (${when === 'before'}) await disconnected;
      onShutdown(createLogger('test', 'info'), 60_000, async () => undefined);
      if (${when === 'after'}) process.send('handles signals');`;
    const child = spawn(process.execPath, [...typescriptArgs, '--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    assert.ok(child.stdout !== null);
    const output = text(child.stdout);
    const exited = once(child, 'exit');
    const [message] = await once(child, 'message');
    assert.is(message, 'running');
    if (when === 'after') await once(child, 'message');
    child.disconnect();
    const [code] = await exited;
    assert.is(code, 0);
    assert.match(await output, '"reason":"launcher exited"');
  });
}

test.run();

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withLock } from './lock.mjs';
import { createFolder, recordProgress } from './testing.mjs';

const locking = suite('withLock');

function createLocked(holder: string) {
  const root = createFolder();
  const lock = join(root, '.tools', 'setup.lock');
  mkdirSync(join(root, '.tools'));
  writeFileSync(lock, holder);
  return { root, lock };
}

locking('never runs two jobs at once and removes the lock afterwards', async () => {
  const root = createFolder();
  const { progress } = recordProgress();
  let working = 0;
  let maxWorking = 0;
  const work = async () => {
    maxWorking = Math.max(maxWorking, (working += 1));
    await new Promise((resolve) => setImmediate(resolve));
    working -= 1;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(root, { progress, work })));
  assert.is(maxWorking, 1);
  assert.not.ok(existsSync(join(root, '.tools', 'setup.lock')));
});

locking('releases the lock if the work fails', async () => {
  const root = createFolder();
  const { progress } = recordProgress();
  const work = () => Promise.reject(new Error('no'));
  await withLock(root, { progress, work }).catch(() => undefined);
  assert.is(await withLock(root, { progress, work: async () => 'next' }), 'next');
});

locking('lets exactly one waiter take over the lock of a dead process, immediately', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const { root } = createLocked(`${hostname()} ${pid}`);
  const { progress, lines } = recordProgress();
  let working = 0;
  const work = async () => {
    assert.is((working += 1), 1);
    await new Promise((resolve) => setImmediate(resolve));
    working -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLock(root, { progress, work })));
  assert.not.ok(lines.some((line) => line.includes(` ${pid})`)));
});

locking('takes over the lock of another host only after its heartbeat has timed out', async () => {
  const { root, lock } = createLocked('elsewhere 1');
  const { progress, lines } = recordProgress();
  const work = withLock(root, {
    progress: {
      ...progress,
      print(line) {
        progress.print(line);
        utimesSync(lock, new Date(0), new Date(0));
      },
    },
    work: async () => 'done',
  });
  assert.is(await work, 'done');
  assert.equal(lines, ['waiting for another setup (elsewhere 1)']);
});

locking('releases the lock on SIGTERM', async () => {
  const root = createFolder();
  const holder = `
    process.once('SIGTERM', () => process.exit(143));
    const { withLock } = await import(${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)});
    await withLock(${JSON.stringify(root)}, { progress: {}, work: () => new Promise(() => {
      setInterval(() => {}, 1000);
      console.log('locked');
    }) });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', holder]);
  await once(child.stdout, 'data');
  assert.ok(existsSync(join(root, '.tools', 'setup.lock')));
  child.kill('SIGTERM');
  assert.equal(await once(child, 'exit'), [143, null]);
  assert.not.ok(existsSync(join(root, '.tools', 'setup.lock')));
});

locking.run();

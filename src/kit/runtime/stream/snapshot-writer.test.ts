import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fold } from '../../domain/decider.ts';
import { createView } from '../../eventlog/view/view.ts';
import { createLogger } from '../observability/logger.ts';
import { writeSnapshots } from './snapshot-writer.ts';

const fold: Fold<number, { readonly type: 'Lit' }> = { initial: 0, evolve: (state) => state + 1 };

const test = suite('the snapshot writer');

test('waits at its stop for the snapshot in progress, and starts no other', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const view = createView(fold);
  let saves = 0;
  let finish = (): void => undefined;
  const snapshots = {
    list: () => Promise.resolve([]),
    load: () => Promise.resolve(undefined),
    save() {
      saves += 1;
      return new Promise<'written'>((resolve) => (finish = () => resolve('written')));
    },
  };
  const observer = { onSnapshot: () => undefined, onSnapshotAttempt: () => undefined };
  const writer = writeSnapshots('LAMPS', view, snapshots, 1, createLogger('test', 'silent'), observer);
  view.skipTo(5);
  mock.timers.tick(1_000);
  assert.is(saves, 1);
  let isStopped = false;
  const stopped = writer.stop().then(() => (isStopped = true));
  view.skipTo(10);
  mock.timers.tick(10_000);
  await nextTurn();
  assert.is(isStopped, false);
  finish();
  await stopped;
  assert.is(saves, 1);
});
test.after(() => mock.timers.reset());
test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { Problem } from '../../domain/problem.ts';
import { createLogger } from '../observability/logger.ts';
import { createPointInTimeLists, withoutHeapShare, type PointInTimeOptions } from './lists.ts';

const test = suite('withoutHeapShare');

test('removes the heap limit in percent', () => {
  assert.is(withoutHeapShare('--max-old-space-size-percentage=75'), '');
  assert.is(
    withoutHeapShare('--no-warnings --max-old-space-size-percentage=75 --inspect'),
    '--no-warnings --inspect',
  );
});
test('retains all other options', () => {
  assert.is(withoutHeapShare(undefined), '');
  assert.is(withoutHeapShare('--max-old-space-size=288 --inspect'), '--max-old-space-size=288 --inspect');
});
test.run();

/** This child process responds after `position` ms with its process id as the id of the only entity. */
const childEntry = new URL('../../../../test/support/services/point-in-time-child.ts', import.meta.url);

function createLists(options: Pick<PointInTimeOptions, 'idleMs' | 'timeoutMs'>) {
  const logger = createLogger('test', 'silent');
  const lists = createPointInTimeLists({
    module: 'unused',
    stream: 'LAPTOPS',
    maxHeapMiB: 64,
    logger,
    childEntry,
    ...options,
  });
  return {
    close: lists.close,
    /** Lists with a child process that takes this time, in ms. Returns the process id of the child. */
    async list(milliseconds: number): Promise<number> {
      const [entity] = await lists.list(milliseconds, { limit: 1, where: {} });
      return Number(entity?.id);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const childProcess = suite('the child process for point-in-time lists');

childProcess('is not ended by the idle timeout of an earlier list while it is used', async () => {
  const { list, close } = createLists({ idleMs: 250 });
  await list(0);
  const pid = await list(1_000);
  assert.ok(isAlive(pid));
  await eventually(() => assert.not.ok(isAlive(pid)));
  close();
});
childProcess('is replaced at once for a list that arrives before its predecessor has exited', async () => {
  const { list, close } = createLists({});
  const first = await list(0);
  close();
  const second = await list(500);
  assert.is.not(second, first);
  assert.not.ok(isAlive(first));
  close();
});
childProcess('is killed if a list exceeds the time limit, and replaced for the next one', async () => {
  const { list, close } = createLists({ timeoutMs: 3_000 });
  const first = await list(0);
  const error: unknown = await list(600_000).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Problem && error.code === 'unavailable');
  assert.is.not(await list(0), first);
  await eventually(() => assert.not.ok(isAlive(first)));
  close();
});
childProcess.run();

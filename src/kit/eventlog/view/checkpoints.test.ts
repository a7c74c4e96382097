import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCheckpoints } from './checkpoints.ts';

/** Records `count` messages of each entity in turn. The state is the number of the entity's messages. */
function record(max: number, entities: number, count: number) {
  const checkpoints = createCheckpoints<number>(undefined, max);
  for (let position = 1; position <= entities * count; position++) {
    const id = ((position - 1) % entities) + 1;
    const state = Math.ceil(position / entities);
    if (checkpoints.isDue(state)) checkpoints.add({ id, state, version: position });
  }
  return checkpoints;
}

const test = suite('checkpoints');

test('exist after every 1000 messages of an entity', () => {
  const checkpoints = record(Infinity, 2, 2500);
  assert.is(checkpoints.find(1, 1998), undefined);
  assert.equal(checkpoints.find(1, 1999), { id: 1, state: 1000, version: 1999 });
  assert.equal(checkpoints.find(1, 3998), { id: 1, state: 1000, version: 1999 });
  assert.equal(checkpoints.find(2, Infinity), { id: 2, state: 2000, version: 4000 });
  assert.is(checkpoints.find(3, Infinity), undefined);
});
test('are farther apart if there are too many', () => {
  const checkpoints = record(3, 2, 8999);
  const { interval, entities } = checkpoints.capture();
  assert.is(interval, 8000);
  assert.equal(
    entities.map(({ id, state }) => [id, state]),
    [
      [1, 8000],
      [2, 8000],
    ],
  );
});
test('continue from an image', () => {
  const original = record(5, 1, 9000);
  const copy = createCheckpoints<number>(original.capture(), 5);
  assert.equal(copy.capture(), original.capture());
  assert.equal(
    copy.capture().entities.map(({ state }) => state),
    [2000, 4000, 6000, 8000],
  );
  for (const count of [10_000, 12_000])
    for (const each of [original, copy]) each.add({ id: 1, state: count, version: count });
  assert.equal(copy.capture(), original.capture());
  assert.equal(
    copy.capture().entities.map(({ state }) => state),
    [4000, 8000, 12_000],
  );
});

test.run();

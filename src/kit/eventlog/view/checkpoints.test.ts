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

test('exist after every 250 messages of an entity', () => {
  const checkpoints = record(Infinity, 2, 600);
  assert.is(checkpoints.find(1, 498), undefined);
  assert.equal(checkpoints.find(1, 499), { id: 1, state: 250, version: 499 });
  assert.equal(checkpoints.find(1, 998), { id: 1, state: 250, version: 499 });
  assert.equal(checkpoints.find(2, Infinity), { id: 2, state: 500, version: 1000 });
  assert.is(checkpoints.find(3, Infinity), undefined);
});
test('are farther apart if there are too many', () => {
  const { interval, entities } = record(3, 2, 2249).capture();
  assert.is(interval, 2000);
  const found = entities.map(({ id, state }) => [id, state]);
  assert.equal(found, [
    [1, 2000],
    [2, 2000],
  ]);
});
test('continue from an image', () => {
  const original = record(5, 1, 2250);
  const copy = createCheckpoints<number>(original.capture(), 5);
  assert.equal(copy.capture(), original.capture());
  const statesOf = () => copy.capture().entities.map(({ state }) => state);
  assert.equal(statesOf(), [500, 1000, 1500, 2000]);
  for (const count of [2500, 3000])
    for (const each of [original, copy]) each.add({ id: 1, state: count, version: count });
  assert.equal(copy.capture(), original.capture());
  assert.equal(statesOf(), [1000, 2000, 3000]);
});

test.run();

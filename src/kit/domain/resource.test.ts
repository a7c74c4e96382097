import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capitalize, matcherOf } from './resource.ts';

type Charger = { readonly name?: string; readonly plug: string };

const filters = {
  name: ({ name }: Charger) => name,
  plug: ({ plug }: Charger) => plug,
};
const brick: Charger = { name: 'brick', plug: 'C' };

const matching = suite('matcherOf');

matching('accepts every state without filters', () => assert.ok(matcherOf({ filters }, {})(brick)));
matching('accepts a state that has all values', () =>
  assert.ok(matcherOf({ filters }, { name: 'brick', plug: 'C' })(brick)),
);
matching('rejects a state in which one of several values differs', () => {
  assert.not(matcherOf({ filters }, { name: 'brick', plug: 'A' })(brick));
  assert.not(matcherOf({ filters }, { name: 'cube', plug: 'C' })(brick));
});
matching('ignores a filter without a value', () => {
  assert.ok(matcherOf({ filters }, { name: undefined, plug: 'C' })(brick));
  assert.not(matcherOf({ filters }, { name: undefined, plug: 'A' })(brick));
});
matching('rejects a state that lacks the value', () =>
  assert.not(matcherOf({ filters }, { name: 'brick' })({ plug: 'C' })),
);
matching('rejects every state for a filter that does not exist', () =>
  assert.not(matcherOf({ filters }, { colour: 'black' })(brick)),
);
matching.run();

const nouns = suite('capitalize');

nouns('changes only the first letter to upper case', () => {
  assert.is(capitalize('laptop'), 'Laptop');
  assert.is(capitalize('chargingPort'), 'ChargingPort');
});
nouns.run();

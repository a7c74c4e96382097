import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capitalize } from './nouns.ts';

const test = suite('capitalize');

test('changes only the first letter to upper case', () => {
  assert.is(capitalize('laptop'), 'Laptop');
  assert.is(capitalize('chargingPort'), 'ChargingPort');
});
test.run();

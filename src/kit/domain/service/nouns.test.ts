import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capitalize, nounsOf } from './nouns.ts';

const test = suite('capitalize');

test('changes only the first letter to upper case', () => {
  assert.is(capitalize('laptop'), 'Laptop');
  assert.is(capitalize('chargingPort'), 'ChargingPort');
});
test.run();

const words = suite('the nouns');

words('have the plural and the article of the definition, or of the name and the first letter', () => {
  assert.equal(nounsOf('batteries', { noun: 'battery' }), {
    noun: 'battery',
    plural: 'batteries',
    one: 'a battery',
  });
  assert.is(nounsOf('adapters', { noun: 'adapter' }).one, 'an adapter');
  assert.is(nounsOf('units', { noun: 'unit', article: 'a' }).one, 'a unit');
  assert.is(nounsOf('staff', { noun: 'person', plural: 'people' }).plural, 'people');
});
words.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { textId, uuidId } from '../domain/id-type.ts';
import { createSources } from './sources.ts';

const example = 'ABC-1234';
const pattern = /^[A-Z]{3}-\d{4}$/;
const test = suite('the sources of a service');

test('generate ids of its type', () => {
  assert.type(createSources().makeEntityId(), 'number');
  assert.match(String(createSources(uuidId).makeEntityId()), /^[0-9a-f-]{36}$/);
});
test('are not created if the generator returns a text that is not an id', () =>
  assert.throws(
    () => createSources(textId(pattern, { example, generate: () => 'parcels.1' })),
    /generate returned "parcels.1"/,
  ));
test('generate no id if the type has no generator', () => {
  const { makeEntityId } = createSources(textId(pattern, { example }));
  assert.throws(makeEntityId, /the id of the new entity is missing/);
});
test.run();

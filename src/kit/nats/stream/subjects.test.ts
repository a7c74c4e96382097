import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maxEntityId } from '../../domain/entity-id.ts';
import { eventSubjects } from './subjects.ts';

const subjects = eventSubjects('laptops');

const test = suite('event subjects');

test('end in the id of the entity', () => {
  assert.is(subjects.of(42), 'laptops.events.42');
  assert.is(subjects.all, 'laptops.events.*');
});
test('are parsed back to the id of the entity', () => {
  for (const id of [1, 42, maxEntityId]) assert.is(subjects.idOf(subjects.of(id)), id);
});
for (const subject of [
  'laptops.events.x',
  'laptops.events.042',
  'laptops.events.0',
  'laptops.events.-1',
  'laptops.events.9007199254740992',
  'laptops.events.',
  'laptops.events',
  'laptops.events.1.2',
  'ports.events.1',
  'laptopsXevents.1',
  'x.laptops.events.1',
  '',
]) {
  test(`do not contain an entity id in "${subject}"`, () => assert.is(subjects.idOf(subject), undefined));
}
test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maxEntityId } from '../../domain/entity-id.ts';
import { eventSubjects } from './subjects.ts';

const subjects = eventSubjects('laptops');

const test = suite('every entity has exactly one subject');

test('its id is the last token', () => {
  assert.is(subjects.of(42), 'laptops.events.42');
  assert.is(subjects.all, 'laptops.events.*');
});
test('the subject names the entity', () => {
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
  test(`"${subject}" names none`, () => assert.is(subjects.idOf(subject), undefined));
}
test.run();

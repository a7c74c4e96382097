import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { operationNouns } from '../domain/service/reserved-names.ts';
import { checkNames, singularOf } from './package-names.ts';

const singulars = suite('the singular of a name');

for (const [name, noun] of [
  ['docks', 'dock'],
  ['batteries', 'battery'],
  ['boxes', 'box'],
  ['switches', 'switch'],
  ['keys', 'key'],
] as const) {
  singulars(`of ${name} is ${noun}`, () => assert.is(singularOf(name), noun));
}
for (const name of ['mice', 'glass', 's']) {
  singulars(`of ${name} must be given`, () => assert.throws(() => singularOf(name), /--noun/));
}
singulars.run();

const names = suite('the names of a new package');

names('are lower-case words', () => assert.not.throws(() => checkNames('docks2', 'dock2')));
for (const [name, noun, reason] of [
  ['Docks', 'dock', /^the name "Docks" must consist of/],
  ['my-docks', 'dock', /^the name "my-docks" must consist of/],
  ['docks.events', 'dock', /^the name "docks.events" must consist of/],
  ['../docks', 'dock', /^the name "..\/docks" must consist of/],
  ['', 'dock', /^the name "" must consist of/],
  ['d'.repeat(33), 'dock', /more than 32 characters/],
  ['docks', 'a dock', /^the noun "a dock" must consist of/],
  ['docs', 'doc', /^the name "docs" is reserved: it is a path of every service/],
  ['positions', 'position', /^the noun "position" is reserved: it is a field of replies/],
  ['cursors', 'cursor', /^the noun "cursor" is reserved: it is a field of replies/],
  ['statuses', 'status', /^the noun "status" is reserved: it is an operation of every service/],
  ['sheep', 'sheep', /^the noun "sheep" is also the name/],
] as const) {
  names(`are rejected: ${name || 'an empty name'}, ${noun}`, () =>
    assert.throws(
      () => checkNames(name, noun),
      (error: unknown) => error instanceof Error && reason.test(error.message),
    ),
  );
}
names('are not those of the operations of every service', () => {
  assert.equal(operationNouns, ['page', 'problem', 'status']);
  for (const noun of operationNouns)
    assert.throws(() => checkNames('docks', noun), new RegExp(`^the noun "${noun}" is reserved`));
});
names.run();

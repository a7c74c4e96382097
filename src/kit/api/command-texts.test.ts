import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { nameOperation } from './command-texts.ts';

const command = { verb: 'register', params: {}, operationId: undefined };
const dock = { noun: 'dock' };

const test = suite('the name of an operation');

test('is the verb and the noun', () => assert.is(nameOperation(command, dock), 'registerDock'));
test('is the verb and the last parameter, without Id, if the command has parameters', () => {
  const name = (verb: string, ...params: readonly string[]) =>
    nameOperation(
      { ...command, verb, params: Object.fromEntries(params.map((param) => [param, z.int()])) },
      dock,
    );
  assert.equal(
    [name('dock', 'slot'), name('fit', 'laptopId'), name('label', 'slot', 'id')],
    ['dockSlot', 'fitLaptop', 'labelId'],
  );
});
test('is that of the definition, if it has one', () =>
  assert.is(nameOperation({ ...command, operationId: 'addDock' }, dock), 'addDock'));
test.run();

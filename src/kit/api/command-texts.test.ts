import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandBuilders, type Command } from '../domain/service/command.ts';
import type { NamedCommand } from '../domain/service/service.ts';
import { nameOperation, successStatusOf, summarize } from './command-texts.ts';

const { create, replace, remove, command } = commandBuilders<undefined, never, object>();
const nouns = { noun: 'adapter', plural: 'adapters', one: 'an adapter' };
const decide = () => [];
const body = z.strictObject({ watts: z.int() });
const named = (verb: string, declared: Command): NamedCommand => ({ ...declared, verb });

const add = named('register', create({ body, decide }));
const rate = named('rate', replace({ body, decide }));
const scrap = named('scrap', remove({ decide }));
const test = named('test', command({ decide }));
const plug = named('plug', command({ put: 'slots/{slotId}', params: { slotId: z.int() }, decide }));
const unplug = named('unplug', command({ delete: 'slots/{slotId}', params: { slotId: z.int() }, decide }));

const summaries = suite('the summary of a command');

summaries('is the verb and the noun, and what a creation and a removal do without an entity', () =>
  assert.equal(
    [add, rate, scrap, test].map((each) => summarize(each, nouns)),
    [
      'Register an adapter; a new id is assigned if none is given',
      'Rate an adapter',
      'Scrap an adapter; succeeds if it does not exist',
      'Test an adapter',
    ],
  ),
);
summaries('does not mention a new id if the client has to choose it', () =>
  assert.is(summarize(add, nouns, { generate: undefined }), 'Register an adapter'),
);
summaries('is that of the definition, if it has one', () =>
  assert.is(summarize({ ...scrap, summary: 'Throw it away' }, nouns), 'Throw it away'),
);
summaries.run();

const names = suite('the operation name of a command');

names('is made of the verb and the noun, or of the last parameter without `Id`', () => {
  const room = named(
    'move',
    command({ put: '{floorId}/{room}', params: { floorId: z.int(), room: z.int() }, decide }),
  );
  assert.equal(
    [add, rate, scrap, test, plug, unplug, room].map((each) => nameOperation(each, nouns)),
    ['registerAdapter', 'rateAdapter', 'scrapAdapter', 'testAdapter', 'plugSlot', 'unplugSlot', 'moveRoom'],
  );
});
names('keeps `Id` inside a parameter, and a parameter that is nothing else', () => {
  const nameFor = (parameter: string) =>
    nameOperation({ ...test, params: { [parameter]: z.string() } }, nouns);
  assert.equal(['slotIdea', 'gridIdId', 'Id'].map(nameFor), ['testSlotIdea', 'testGridId', 'testId']);
});
names('is that of the definition, if it has one', () =>
  assert.is(nameOperation({ ...add, operationId: 'addAdapter' }, nouns), 'addAdapter'),
);
names.run();

const statuses = suite('the status of a successful command');

statuses(
  'is 201 with the new entity, 200 with the changed one, and 204 without a body for a part and a removal',
  () => {
    const scrapByPost = named('scrap', remove({ post: 'scrap', decide }));
    assert.equal(
      [add, rate, test, plug, unplug, scrap, scrapByPost].map(successStatusOf),
      [201, 200, 200, 204, 204, 204, 204],
    );
  },
);
statuses.run();

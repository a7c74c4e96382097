import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandBuilders, type Command } from '../../domain/service/command.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import { nameOperation, successStatusOf, summarize, summarizeQuery } from './command-texts.ts';

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
summaries('names the part of the entity that the last path parameter names, except for a removal', () => {
  const params = { rackId: z.int(), binNumber: z.int() };
  const [empty, drop] = [
    command({ delete: '{rackId}/{binNumber}', params, decide }),
    remove({ delete: '{rackId}/{binNumber}', params, decide }),
  ];
  assert.is(summarize(named('empty', empty), nouns), 'Empty a bin number of an adapter');
  assert.is(summarize(plug, nouns), 'Plug a slot of an adapter');
  const outlet = command({ put: 'outlets/{outletId}', params: { outletId: z.int() }, decide });
  assert.is(summarize(named('open', outlet), nouns), 'Open an outlet of an adapter');
  assert.is(summarize(named('drop', drop), nouns), 'Drop an adapter; succeeds if it does not exist');
});
summaries('separates a verb of several words from the noun', () => {
  assert.is(summarize({ ...test, verb: 'markAsRead' }, nouns), 'Mark as read: an adapter');
  assert.is(summarize({ ...plug, verb: 'resetURL' }, nouns), 'ResetURL a slot of an adapter');
});
summaries('of a query is the plural and the words of its name', () => {
  assert.is(summarizeQuery({ name: 'byRoom', summary: undefined }, nouns), 'Adapters: by room');
  assert.is(summarizeQuery({ name: 'free', summary: 'The free ones' }, nouns), 'The free ones');
});
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
names('is made of the verb and the noun for a removal, which has no parts', () => {
  const drop = remove({ delete: 'slots/{slotId}', params: { slotId: z.int() }, decide });
  assert.is(nameOperation(named('drop', drop), nouns), 'dropAdapter');
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

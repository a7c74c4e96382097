import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { base, contract, decide } from '../../../../test/support/lamp-definition.ts';
import { EntityId } from '../../domain/entity-id.ts';
import { defineService } from '../../domain/service/define-service.ts';
import type { Service } from '../../domain/service/service.ts';
import { describeService, type LocatedOperation } from './service-description.ts';

const rooms = { name: 'rooms', noun: 'room', streamFile: contract.streamFile };

const id = EntityId;
const service = defineService({
  ...base,
  follows: { rooms: { ...contract, ...rooms } },
  commands: ({ create, remove, command }) => ({
    add: create({ operationId: 'newLamp', body: z.strictObject({ colour: z.string() }), decide }),
    remove: remove({ decide }),
    unscrew: command({ delete: 'bulbs/{bulbId}', params: { bulbId: id }, decide }),
    untag: command({ delete: 'tags/{tag}', params: { tag: z.string() }, decide }),
    unplug: command({ delete: 'sockets/{socket}', params: { socket: z.string() }, decide }),
    bleach: command({
      delete: 'bulbs/{bulbId}/colours/{colour}',
      params: { bulbId: id, colour: z.string() },
      decide,
    }),
    rename: command({ delete: 'name', decide }),
    leave: command({ delete: 'rooms/{roomId}', params: { roomId: id }, decide }),
  }),
  indexes: { colour: ({ colour }) => colour, room: { each: ({ rooms }) => rooms } },
  document: z.object({
    bulbs: z.array(z.object({ id, colour: z.string() })),
    tags: z.array(z.string()),
    plugs: z.array(z.object({ id, socket: z.string() })),
    name: z.string(),
    room: z.object({ id }).meta({ id: 'RoomOfLamp' }).nullable(),
  }),
  present: () => ({ bulbs: [], tags: [], plugs: [], name: '', room: null }),
});
const joined = (definition: Service) => ({
  ...definition,
  relations: [{ name: 'rooms', nouns: { noun: 'room', plural: 'rooms', one: 'a room' } }],
});

const operation = (name: string, path: string, rest: Partial<LocatedOperation> = {}): LocatedOperation => ({
  name,
  method: 'get',
  paths: [path, '/alias'],
  ...rest,
});

const operations = [
  operation('getLamp', '/lamps/{id}'),
  operation('newLamp', '/lamps', { method: 'post', command: 'add' }),
  operation('listRoomsOfLamp', '/lamps/{id}/rooms'),
  operation('brightestLamps', '/lamps/brightest', { queryName: 'brightest' }),
];
const commands = service.commands.map(({ verb, method, path = '' }) =>
  operation(verb, `/lamps/{id}/${path}`, { method, command: verb }),
);

const test = suite('the description of a service');

test('has its words, indexes and events, and the operations of its commands, queries and relations', () =>
  assert.equal(describeService(joined(service), operations), {
    service: 'lamps',
    path: '/lamps',
    entity: { noun: 'lamp', plural: 'lamps', one: 'a lamp', id: 'integer' },
    commands: [{ verb: 'add', kind: 'create', operationId: 'newLamp', method: 'post', path: '/lamps' }],
    queries: [{ name: 'brightest', operationId: 'brightestLamps', method: 'get', path: '/lamps/brightest' }],
    indexes: ['colour', 'room'],
    sortable: ['colour'],
    relations: [
      {
        service: 'rooms',
        noun: 'room',
        plural: 'rooms',
        one: 'a room',
        operationId: 'listRoomsOfLamp',
        method: 'get',
        path: '/lamps/{id}/rooms',
      },
    ],
    references: [{ field: 'room', service: 'rooms', noun: 'room', plural: 'rooms', one: 'a room' }],
    events: ['Added'],
  }));
test('has the list in the document from which a command takes an item', () =>
  assert.equal(
    describeService(joined(service), commands).commands.flatMap(({ verb, item }) =>
      item === undefined ? [] : [[verb, item.param, item.field, item.key]],
    ),
    [
      ['unscrew', 'bulbId', 'bulbs', 'id'],
      ['untag', 'tag', 'tags', null],
      ['unplug', 'socket', 'plugs', 'socket'],
    ],
  ));
test('has an entity as it could be created', () => {
  const create = (body: z.ZodObject) => {
    const definition = defineService({
      ...base,
      commands: (builders) => ({
        add: builders.create({ body, decide: () => [{ type: 'Added', colour: 'red' }] }),
      }),
    });
    return describeService({ ...definition, relations: [] }, []).example;
  };
  assert.equal(create(z.strictObject({ colour: z.string().meta({ example: 'blue' }) })), {
    verb: 'add',
    id: 1,
    body: { colour: 'blue' },
    event: { type: 'Added', colour: 'red' },
  });
  // Without an example of the field.
  assert.is(create(z.strictObject({ colour: z.string() })), undefined);
});
test.run();

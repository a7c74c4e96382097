import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { base, collisionOf, contract, decide, relation } from '../../../../test/support/lamp-definition.ts';
import { defineService } from './define-service.ts';

const Slot = z.int();

const reserved = suite('a name that the kit uses itself');

for (const name of ['limit', 'after', 'asOf', 'sort', 'cursor']) {
  reserved(`is not an index: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, indexes: { [name]: () => '' } })),
      `lamps: the index "${name}" has the name of a query parameter`,
    ),
  );
}
for (const verb of ['list', 'get', 'asOf', 'history', 'rejections', 'follow', 'patch', 'then']) {
  reserved(`is not a verb: ${verb}`, () =>
    assert.is(
      collisionOf(() =>
        defineService({ ...base, commands: ({ command }) => ({ [verb]: command({ decide }) }) }),
      ),
      `lamps: the verb "${verb}" has the name of a method of the client`,
    ),
  );
}
reserved('is not a verb: addMany, if `add` creates an entity', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ create, command }) => ({
          add: create({ body: z.object({}), decide }),
          addMany: command({ decide }),
        }),
      }),
    ),
    'lamps: the command or query "addMany" has the name of a method of the client',
  ),
);
for (const name of ['now', 'actor', 'find']) {
  reserved(`is not a followed service: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, follows: { [name]: contract } })),
      `lamps: the followed service "${name}" has the name of a field of the context`,
    ),
  );
}
for (const [name, ...owners] of [
  ['get', 'query of every service', 'method of the client'],
  ['list', 'query of every service', 'method of the client'],
  ['history', 'query of every service', 'method of the client'],
  ['digest', 'query of every service'],
  ['rooms', 'relation'],
] as const) {
  reserved(`is not a query: ${name}`, () =>
    assert.is(
      collisionOf(() =>
        defineService({
          ...base,
          relations: { rooms: relation },
          queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
        }),
      ),
      `lamps: ${owners.map((owner) => `the query "${name}" has the name of a ${owner}`).join('; ')}`,
    ),
  );
}
for (const name of ['get', 'list']) {
  reserved(`is not a relation: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, relations: { [name]: relation } })),
      `lamps: the relation "${name}" has the name of a query over NATS`,
    ),
  );
}
for (const noun of ['position', 'next', 'cursor']) {
  reserved(`is not a noun: ${noun}`, () => {
    const expected = `lamps: the noun "${noun}" has the name of a field of a reply`;
    for (const words of [{ noun }, { noun: 'lamp', plural: noun }])
      assert.is(
        collisionOf(() => defineService({ ...base, contract: { ...contract, ...words } })),
        expected,
      );
  });
}
reserved.run();

const test = suite('the names of a service');

test('may be any others', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        aliases: ['lights'],
        follows: { rooms: contract },
        indexes: { colour: (lamp) => lamp.colour },
        queries: ({ query }) => ({ total: query({ result: z.int(), answer: () => 1 }) }),
        commands: ({ command }) => ({
          dock: command({ put: 'slots/{slot}', params: { slot: Slot }, body: z.strictObject({}), decide }),
        }),
      }),
    ),
    'none',
  ));
for (const name of ['a-b', 'A', '1a', '', 'a b', 'a.b']) {
  test(`must be a token of a subject and a property: ${JSON.stringify(name)}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, indexes: { [name]: () => '' } })),
      `lamps: the index "${name}" must consist of letters and digits and begin with a lower-case letter`,
    ));
}
test('must differ from each other', () =>
  assert.is(
    collisionOf(() => defineService({ ...base, aliases: ['lights', 'lamps', 'lights'] })),
    'lamps: the alias "lamps" is also another name of the service; the alias "lights" is also another name of the service',
  ));
test('of a query must differ from the methods of the client and from the commands', () => {
  const collisionOfQuery = (name: string) =>
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({ light: command({ decide }) }),
        queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
      }),
    );
  assert.equal(['rejections', 'light', 'brightest'].map(collisionOfQuery), [
    'lamps: the query "rejections" has the name of a method of the client',
    'lamps: the query "light" has the name of a command',
    'none',
  ]);
});
test('are all named that collide', () =>
  assert.is(
    collisionOf(() => defineService({ ...base, aliases: ['lamps'], indexes: { sort: () => '' } })),
    'lamps: the index "sort" has the name of a query parameter; the alias "lamps" is also another name of the service',
  ));
test.run();

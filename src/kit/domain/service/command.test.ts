import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandBuilders, type Command } from './command.ts';

const { create, replace, remove, command } = commandBuilders<undefined, never, object>();
const decide = () => [];
const body = z.strictObject({ watts: z.int() });
const params = { slot: z.int() };
const routeOf = ({ kind, method, path }: Command) => [kind, method, path];

const routes = suite('the route of a command');

routes('follows from its kind', () =>
  assert.equal([create({ body, decide }), replace({ body, decide }), remove({ decide })].map(routeOf), [
    ['create', 'post', undefined],
    ['replace', 'put', ''],
    ['remove', 'delete', ''],
  ]),
);
routes('is POST without a path of its own for any other command', () =>
  assert.equal(routeOf(command({ decide })), ['command', 'post', undefined]),
);
routes('can be given, with any method', () =>
  assert.equal(
    [
      command({ post: 'slots', decide }),
      command({ put: 'slots/{slot}', params, decide }),
      command({ delete: '', decide }),
      remove({ post: 'scrap', decide }),
    ].map(routeOf),
    [
      ['command', 'post', 'slots'],
      ['command', 'put', 'slots/{slot}'],
      ['command', 'delete', ''],
      ['remove', 'post', 'scrap'],
    ],
  ),
);
routes.run();

const parts = suite('a command');

parts('has what it was declared with', () => {
  const declared = command({ put: 'slots/{slot}', params, body, summary: 'Fill a slot', decide });
  assert.equal(Object.keys(declared.params), ['slot']);
  assert.is(declared.body, body);
  assert.is(declared.summary, 'Fill a slot');
  assert.is(declared.decide, decide);
});
for (const value of ['', '.', '..']) {
  parts(`rejects a path parameter that no path can contain: ${JSON.stringify(value)}`, () => {
    const { params: declared } = command({ delete: 'tags/{tag}', params: { tag: z.string() }, decide });
    assert.not(z.object(declared).safeParse({ tag: value }).success);
    assert.ok(z.object(declared).safeParse({ tag: `${value}a` }).success);
  });
}
parts('keeps the description of a path parameter', () => {
  const tag = z.string().meta({ description: 'A tag.', example: 'new' });
  const declared = command({ delete: 'tags/{tag}', params: { tag }, decide });
  assert.equal(declared.params['tag']?.meta(), { description: 'A tag.', example: 'new' });
});
parts('has no parameters, body and summary unless they are declared', () => {
  const declared = remove({ decide });
  assert.equal(declared.params, {});
  assert.equal([declared.body, declared.summary], [undefined, undefined]);
});
parts.run();

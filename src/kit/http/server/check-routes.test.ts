import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { textId } from '../../domain/id-type.ts';
import { checkRoutes } from './check-routes.ts';
import type { Operation } from './operation.ts';

const operation = (
  method: Operation['method'],
  path: string,
  name = `${method} ${path}`,
  ...aliases: readonly string[]
): Operation => ({
  method,
  paths: [path, ...aliases],
  name,
  summary: '',
  tag: '',
  responses: {},
  problems: [],
  handle: () => undefined,
});

/** Returns a predicate for `assert.throws`, which does not compare a text. */
const says = (text: string) => (error: unknown) => error instanceof Error && error.message.includes(text);

const test = suite('checkRoutes');

test('accepts methods of one path, and a fixed path before one with a parameter', () =>
  checkRoutes([
    operation('get', '/docks/events'),
    operation('get', '/docks/{id}'),
    operation('put', '/docks/{id}'),
    operation('put', '/docks/{id}/slots/{slot}'),
    operation('delete', '/docks/{id}/slots/{slot}'),
  ]));
for (const [description, one, two] of [
  ['two operations with one method and path', '/docks/{id}/move', '/docks/{id}/move'],
  ['paths that differ only in the names of parameters', '/docks/{id}/{slot}', '/docks/{id}/{port}'],
  ['a fixed path after one with a parameter', '/docks/{id}/slots/{slot}', '/docks/{id}/slots/all'],
] as const) {
  test(`rejects ${description}`, () =>
    assert.throws(
      () => checkRoutes([operation('post', one, 'first'), operation('post', two, 'second')]),
      says(`POST ${two} (second) collides with POST ${one} (first)`),
    ));
}
test('rejects an alias that is the path of another operation', () =>
  assert.throws(
    () => checkRoutes([operation('get', '/docs', 'docs'), operation('get', '/docks', 'docks', '/docs')]),
    says('GET /docs (docks) collides with GET /docs (docs)'),
  ));
test('rejects two operations with one name', () =>
  assert.throws(
    () => checkRoutes([operation('put', '/a/{slot}', 'dockSlot'), operation('put', '/b/{slot}', 'dockSlot')]),
    says('PUT /b/{slot} (dockSlot) has the same name as PUT /a/{slot} (dockSlot)'),
  ));

const slug = textId(/^[a-z0-9-]+$/, { example: 'berlin-1' });

test('accepts fixed paths beside text ids that cannot be equal to them', () =>
  checkRoutes(
    [
      operation('get', '/parcels/events'),
      operation('get', '/parcels/{id}'),
      operation('get', '/parcels/{id}/events'),
    ],
    textId(/^[A-Z]{3}-[0-9]{4}$/, { example: 'ABC-1234' }),
  ));
for (const [fixed, parameter] of [
  ['/parcels/events', '/parcels/{id}'],
  ['/parcels/free/slots', '/parcels/{id}/{kind}'],
] as const) {
  test(`rejects ${fixed} beside ${parameter} if the first could be a text id`, () => {
    const routes = [operation('get', fixed, 'fixed'), operation('put', parameter, 'parameter')];
    assert.throws(
      () => checkRoutes(routes, slug),
      says(
        `"${fixed.split('/')[2]}" in GET ${fixed} (fixed) and PUT ${parameter} (parameter) could be an id: ids match ^[a-z0-9-]+$`,
      ),
    );
  });
}
test('accepts a fixed segment that can be an id if other segments of the paths differ', () =>
  checkRoutes([operation('get', '/docs/events'), operation('get', '/parcels/{id}')], slug));
test.run();

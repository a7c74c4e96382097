import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRouteTable } from './route-table.ts';

const paths = [
  '/',
  '/docks/{id}',
  '/docks/events',
  '/docks/{id}/events',
  '/docks/{id}/slots/{slot}',
  '/page/a.js',
];
const find = createRouteTable(new Map(paths.map((path) => [path, path])));

const test = suite('the route table');

test('finds a path without parameters', () => {
  assert.equal(find('/'), { route: '/', params: {} });
  assert.equal(find('/page/a.js'), { route: '/page/a.js', params: {} });
});
test('prefers a path without parameters', () => assert.is(find('/docks/events')?.route, '/docks/events'));
test('returns the parameters of a path', () => {
  const { route, params } = find('/docks/7/slots/a') ?? {};
  assert.is(route, '/docks/{id}/slots/{slot}');
  assert.equal({ ...params }, { id: '7', slot: 'a' });
});
test('decodes the parameters', () => {
  assert.equal(find('/docks/%C3%A9%2F')?.params, { id: 'é/' });
  assert.equal({ ...find('/docks/+')?.params }, { id: '+' });
});
test('finds nothing for a parameter that is not percent-encoded UTF-8', () => {
  for (const path of ['/docks/%', '/docks/%FF', '/docks/7/slots/%C3']) assert.is(find(path), undefined, path);
});
test('finds a path only as it is written', () => {
  const others = [
    '',
    '/docks',
    '/docks/',
    '/docks/7/',
    '/DOCKS/7',
    '//docks/7',
    '/docks/7/8',
    '/page/abjs',
    '/docks/%65vents/',
  ];
  for (const path of others) assert.is(find(path), undefined, path);
});
test('treats an escaped segment as a parameter', () =>
  assert.equal(find('/docks/%65vents'), { route: '/docks/{id}', params: { id: 'events' } }));

test.run();

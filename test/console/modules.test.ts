/** Console modules that do not need a browser. */

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceOf } from '../../src/kit/console/parts/difference.js';
import { isReachable } from '../../src/kit/console/store/path.js';
import { pathOf } from '../../src/kit/console/store/queries.js';
import { createRecording } from '../../src/kit/console/store/samples.js';
import { Table } from '../../src/kit/console/store/table.js';
import { toCount, toText, traceIdOf } from '../../src/kit/console/parts/text.js';

const byId = { field: 'id', descending: false };
const idsOf = (table: Table, search = '', order = byId) => table.list(search, order).map(({ id }) => id);
const entity = (id: number, name: string) => ({ id, name });

const tables = suite('a table');

tables('replaces the rows in the id range of a page, and no others', () => {
  const table = new Table();
  for (const id of [1, 2, 3, 4, 5, 9]) table.put(entity(id, 'old'), false);
  table.putPage([entity(3, 'new'), entity(5, 'old')], 2, 5, true);
  assert.equal(idsOf(table), [1, 2, 3, 5, 9]);
  assert.is(table.get(3)?.changes, 1);
  assert.is(table.get(5)?.changes, 0);
  table.putPage([], 5, Infinity, true);
  assert.equal(idsOf(table), [1, 2, 3, 5]);
});
tables('stays sorted after rows are added or removed and the order changes', () => {
  const table = new Table();
  for (const id of [5, 1, 3]) table.put(entity(id, `M${10 - id}`), false);
  assert.equal(idsOf(table), [1, 3, 5]);
  table.put(entity(2, 'M10'), true);
  table.remove(3);
  assert.equal(idsOf(table), [1, 2, 5]);
  assert.equal(idsOf(table, '', { field: 'name', descending: false }), [5, 1, 2]);
  assert.equal(idsOf(table, '', { field: 'name', descending: true }), [2, 1, 5]);
});
tables('moves a row if its value in the field of the order changes, and no other row', () => {
  const table = new Table();
  const byName = { field: 'name', descending: false };
  for (const [id, name] of ['A', 'B', 'C'].entries()) table.put({ id, name, note: '' }, false);
  assert.equal(idsOf(table, '', byName), [0, 1, 2]);
  table.put({ id: 1, name: 'B', note: 'changed' }, true);
  assert.equal(idsOf(table, 'changed', byName), [1]);
  table.put({ id: 0, name: 'D', note: '' }, true);
  assert.equal(idsOf(table, '', byName), [1, 2, 0]);
  table.remove(2);
  table.put({ id: 2, name: 'A', note: '' }, true);
  assert.equal(idsOf(table, '', byName), [2, 1, 0]);
});
tables('finds rows that contain every search word in any field', () => {
  const table = new Table();
  table.put({ id: 1, title: 'Lenovo', ports: [{ id: 7, name: 'USB-C' }] }, false);
  table.put({ id: 2, title: 'Lenovo', ports: [] }, false);
  assert.equal(idsOf(table, 'usb LENO'), [1]);
  assert.equal(idsOf(table, 'lenovo'), [1, 2]);
  assert.equal(idsOf(table, 'apple'), []);
});
tables('does not count an identical entity as a change', () => {
  const table = new Table();
  assert.ok(table.put(entity(1, 'a'), true));
  assert.not(table.put(entity(1, 'a'), true));
  assert.ok(table.put(entity(1, 'b'), true));
});
tables.run();

const files = suite('the modules of the console');

files('have at most 150 lines', () => {
  const folder = new URL('../../src/kit/console/', import.meta.url);
  const lines = (name: string) => readFileSync(new URL(name, folder), 'utf8').split('\n').length - 1;
  const modules = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.(?:js|css)$/.test(name));
  assert.ok(modules.length > 50, `${modules.length} modules`);
  assert.equal(
    modules.filter((name) => lines(name) > 150),
    [],
  );
});
files.run();

const samples = suite('the samples of the charts');

samples('begin with those of the replica, by the clock of the browser, and have rates', () => {
  const now = Date.now();
  const sampleAt = (secondsAgo: number, applied: number) => ({
    time: new Date(now + 60_000 - secondsAgo * 1000).toISOString(),
    applied,
    lag: 0,
    appendMs: null,
    appendP99Ms: null,
    eventLoopDelayMs: 1,
    memoryBytes: 3,
    heapBytes: 2,
  });
  const recording = createRecording([sampleAt(10, 0), sampleAt(5, 50)], 60_000);
  const added = recording.add({
    service: 'lamps',
    replica: 'lamps-0',
    version: '1.0.0',
    startedAt: '',
    stream: 'LAMPS',
    streams: { LAMPS: { applied: 100, last: 101 } },
    entities: 1,
    rejected: 0,
    followers: 0,
    brokerDownSince: null,
    appends: { count: 0, medianMs: 2, p99Ms: 3 },
    process: { memoryBytes: 3, heapBytes: 2, heapLimitBytes: 9, eventLoopDelayMs: 1 },
    snapshot: null,
    snapshotEvery: 10_000,
    broker: null,
    natsUrl: null,
    traceUrl: null,
  });
  assert.equal(
    added.map(({ eventsPerSecond }) => eventsPerSecond && Math.round(eventsPerSecond)),
    [null, 10, 10],
  );
  assert.equal(
    added.map(({ lag }) => lag),
    [0, 0, 1],
  );
});
samples.run();

const formatting = suite('formatting');

formatting('displays names of embedded entities without their ids', () => {
  assert.is(
    toText([
      { id: 1, name: 'USB-C' },
      { id: 2, name: 'MagSafe' },
    ]),
    'USB-C, MagSafe',
  );
  assert.is(toText({ id: 1, name: 'USB-C' }), 'USB-C');
  for (const empty of [null, undefined, '', []]) assert.is(toText(empty), '–');
  assert.is(toText(0), '0');
  assert.is(toText(false), 'false');
});
formatting('uses the singular for one and the plural for several', () => {
  assert.is(toCount(1, 'laptop'), '1 laptop');
  assert.is(toCount(100_000, 'laptop'), '100,000 laptops');
  assert.is(toCount(2, 'battery', 'batteries'), '2 batteries');
});
formatting('extracts the trace id of a traceparent', () => {
  assert.is(
    traceIdOf('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
    '4bf92f3577b34da6a3ce929d0e0e4736',
  );
  assert.is(traceIdOf(undefined), undefined);
});
formatting('lists the fields that differ, including those of a new or removed entity', () => {
  assert.equal(differenceOf({ a: 1, b: [1] }, { a: 1, b: [2] }), [{ field: 'b', before: [1], after: [2] }]);
  assert.equal(differenceOf(undefined, { a: 1 }), [{ field: 'a', before: undefined, after: 1 }]);
  assert.equal(differenceOf({ a: 1 }, undefined), [{ field: 'a', before: 1, after: undefined }]);
});
formatting.run();

const queries = suite('a query');

queries('has its parameters in the query string', () => {
  const query = { name: 'free', path: '/docks/free', summary: '', params: [] };
  assert.is(pathOf(query, {}), '/docks/free');
  assert.is(pathOf(query, { asOf: undefined }), '/docks/free');
  assert.is(
    pathOf(query, { location: 'A 12', atLeast: 3, isLocked: true }),
    '/docks/free?location=A+12&atLeast=3&isLocked=true',
  );
});
queries.run();

const paths = suite('a path of a write');

paths('is not requested if the browser would resolve a parameter', () => {
  const isTagReachable = (tag: string) => isReachable(`/lamps/1/tags/${encodeURIComponent(tag)}`);
  assert.equal(['', '.', '..', '...', 'a/..', 'new'].map(isTagReachable), [
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
  assert.not(isReachable('/lamps/1/tags/../notes'));
});
paths.run();

/** The modules of the time bar that do not need a browser. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ticksOf } from '../../src/kit/console/parts/time-ticks.js';
import { addressOf, readRoute } from '../../src/kit/console/store/address.js';
import { positionAt, timeAt, toTimeline } from '../../src/kit/console/store/event-timeline.js';
import { createLatest } from '../../src/kit/console/store/latest.js';
import { createComparison } from '../../src/kit/console/store/table-comparison.js';
import { Table } from '../../src/kit/console/store/table.js';
import { arrangeMarks } from '../../src/kit/console/views/time/arrange-marks.js';
import { toColumns } from '../../src/kit/console/views/time/columns.js';
import { stepsFrom } from '../../src/kit/console/views/time/steps.js';

const start = Date.parse('2026-01-31T12:00:00Z');
const at = (ms: number) => new Date(start + ms).toISOString();
const timeline = toTimeline({
  position: 20,
  bucketMs: 100,
  buckets: [
    { time: at(0), position: 1, messages: 10, rejected: 1 },
    { time: at(300), position: 11, messages: 9, rejected: 0 },
    // Position 20 was deleted.
    { time: at(900), position: 21, messages: 1, rejected: 0 },
  ],
  versions: [],
});
if (timeline === undefined) throw new Error('the timeline has no events');

const timelines = suite('the timeline in the console');

timelines('finds the time of a position and the position at a time, accurate to an interval', () => {
  assert.is(timeline.from, start);
  assert.is(timeline.to, start + 1000);
  assert.is(timeAt(timeline, 0), start);
  assert.is(timeAt(timeline, 1), start + 5);
  assert.is(timeAt(timeline, 10), start + 95);
  assert.is(timeAt(timeline, 11), start + 305);
  assert.is(timeAt(timeline, 21), timeline.to);
  assert.is(positionAt(timeline, start - 1), 0);
  assert.is(positionAt(timeline, start + 55), 6);
  assert.is(positionAt(timeline, start + 200), 10);
  assert.is(positionAt(timeline, start + 5000), 21);
  for (const position of [1, 5, 10, 11, 15]) {
    assert.is(positionAt(timeline, timeAt(timeline, position)), position);
  }
});
timelines('is not known without events', () =>
  assert.is(toTimeline({ position: 0, bucketMs: 1, buckets: [], versions: [] }), undefined),
);
timelines('is arranged in as many columns as there is room for', () => {
  const counts = (width: number) => toColumns(timeline, width).map(({ messages }) => messages);
  assert.equal(counts(1000), [10, 0, 0, 9, 0, 0, 0, 0, 0, 1]);
  assert.equal(counts(25), [10, 9, 0, 0, 1]);
  assert.equal(counts(15), [19, 0, 1]);
  assert.equal(counts(0), [20]);
  assert.is(toColumns(timeline, 15).at(-1)?.to, timeline.to);
});
timelines.run();

const axis = suite('the time axis');

axis('has round times at a distance that fits', () => {
  const [minute, day] = [60_000, 86_400_000];
  for (const [range, count] of [
    [40, 8],
    [10 * minute, 5],
    [3 * day, 7],
    [45 * day, 4],
    [400 * day, 6],
    [20_000 * day, 9],
  ] as const) {
    const ticks = ticksOf(start, start + range, count);
    assert.ok(ticks.length > 0 && ticks.length <= count + 1, `${ticks.length} ticks in ${range} ms`);
    for (const { time } of ticks) assert.ok(time >= start && time <= start + range);
    const distances = ticks.slice(1).map(({ time }, index) => time - (ticks[index]?.time ?? 0));
    assert.ok(Math.max(...distances) <= 1.2 * Math.min(...distances));
  }
  assert.equal(
    ticksOf(start, start + 10 * minute, 3).map(({ time }) => time - start),
    [0, 5 * minute, 10 * minute],
  );
});
axis.run();

const marks = suite('the marks above the histogram');
const rejectedAt = (part: number, position: number) =>
  ({ kind: 'rejected', part, position, label: '', text: `rejected ${position}` }) as const;
const versionAt = (part: number, label: string) =>
  ({ kind: 'version', part, position: 1, label, text: `version ${label}` }) as const;

marks('are one mark if they are close and of one kind', () => {
  const arranged = arrangeMarks(
    [
      rejectedAt(0.5, 3),
      rejectedAt(0.501, 4),
      versionAt(0.5, '1.0.0'),
      ...[5, 6, 7].map((n) => rejectedAt(0.502, n)),
    ],
    1000,
  );
  assert.equal(
    arranged.map(({ kind, label }) => [kind, label]),
    [
      ['version', '1.0.0'],
      ['rejected', '5'],
    ],
  );
  assert.is(arranged[1]?.text, '2 more, then\nrejected 5\nrejected 6\nrejected 7');
  assert.is(arranged[1]?.position, 7);
});
marks('do not overlap, and stay within the width', () => {
  const width = 600;
  const arranged = arrangeMarks(
    [
      ...Array.from({ length: 8 }, (_, index) => versionAt(index / 8, `0.${index}.0`)),
      rejectedAt(0, 1),
      rejectedAt(1, 2),
    ],
    width,
  );
  assert.is(arranged.length, 10);
  for (const [index, { left, width: wide }] of arranged.entries()) {
    assert.ok(left >= 0);
    assert.ok(left + wide <= (arranged[index + 1]?.left ?? width));
  }
});
marks.run();

const addresses = suite('the address of a page');
const integers = { hasTextIds: false };
// Only this part of a contract is used.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const read = (hash: string) => readRoute(hash, integers as Parameters<typeof readRoute>[1]);

addresses('holds the moment and the comparison', () => {
  for (const hash of [
    '#/',
    '#/entity/7',
    '#/?asOf=9',
    '#/?asOf=2026-01-31T12:00:00.000Z&compare',
    '#/entity/7?asOf=9&compare',
    '#/log',
  ]) {
    assert.is(addressOf(read(hash)), hash);
  }
  assert.equal(read('#/entity/7?asOf=9&compare'), { view: 'entity', id: 7, asOf: '9', isCompared: true });
});
addresses('can be typed: a time with an offset, parts that mean nothing', () => {
  assert.is(read('#/?asOf=2026-01-31T13:00:00+01:00').asOf, '2026-01-31T13:00:00+01:00');
  assert.is(addressOf(read('#/?asOf=2026-01-31T13:00:00+01:00')), '#/?asOf=2026-01-31T13:00:00%2B01:00');
  assert.equal(read('#/?compare'), { view: 'table', id: 0, asOf: undefined, isCompared: false });
  assert.is(read('#/?asOf=').asOf, undefined);
  assert.is(read('').view, 'table');
});
addresses.run();

const latest = suite('a value that changes quickly');

latest('is followed by one task at a time, which skips to the latest value', async () => {
  const done: number[] = [];
  let running = 0;
  const follow = createLatest(async (value: number) => {
    running += 1;
    assert.is(running, 1);
    await sleep(5);
    running -= 1;
    done.push(value);
  }, 1);
  for (let value = 1; value <= 100; value += 1) follow(value);
  while (done.at(-1) !== 100) await sleep(1);
  assert.equal(done, [1, 100]);
  follow(101);
  while (done.at(-1) !== 101) await sleep(1);
});
latest.run();

const comparisons = suite('a comparison of two tables');
const byName = { field: 'name', descending: false };

function tableOf(names: Readonly<Record<number, string>>): Table {
  const table = new Table();
  for (const [id, name] of Object.entries(names)) table.put({ id: Number(id), name }, false);
  return table;
}

comparisons('counts and lists what was added, changed and removed', () => {
  const compare = createComparison();
  const then = tableOf({ 1: 'a', 2: 'b', 3: 'c' });
  const now = tableOf({ 2: 'b', 3: 'x', 4: 'd' });
  const { counts, changeOf, list } = compare(then, now);
  assert.equal(counts, { added: 1, changed: 1, removed: 1, unchanged: 1 });
  const all = list(new Set(['added', 'changed', 'removed', 'unchanged']), '', byName);
  assert.equal(
    all.map((row) => [row.id, changeOf(row).kind]),
    [
      [1, 'removed'],
      [2, 'unchanged'],
      [4, 'added'],
      [3, 'changed'],
    ],
  );
  assert.equal(changeOf(all[3] ?? { id: 0, entity: { id: 0 }, text: '', changes: 0 }).differences, [
    { field: 'name', before: 'c', after: 'x' },
  ]);
  assert.equal(
    list(new Set(['removed']), 'a', byName).map(({ id }) => id),
    [1],
  );
});
comparisons('follows the current table', () => {
  const compare = createComparison();
  const then = tableOf({ 1: 'a' });
  const now = tableOf({ 1: 'a' });
  assert.is(compare(then, now), compare(then, now));
  assert.is(compare(then, now).counts.unchanged, 1);
  now.put({ id: 1, name: 'b' }, true);
  assert.is(compare(then, now).counts.changed, 1);
  now.remove(1);
  assert.is(compare(then, now).counts.removed, 1);
});
comparisons.run();

const steps = suite('a step');
const entry = (position: number) => ({ position, time: at(position) });

steps('goes to the previous and the next event of the stream', () => {
  assert.is(stepsFrom(false, 5, 9, undefined).by(-1), 4);
  assert.is(stepsFrom(false, 5, 9, undefined).by(4), 9);
  assert.is(stepsFrom(false, 5, 9, undefined).by(5), undefined);
  assert.is(stepsFrom(false, 0, 9, undefined).by(-1), undefined);
  assert.is(stepsFrom(true, 9, 9, undefined).first, 1);
});
steps('goes to the previous and the next event of an entity', () => {
  const own = [entry(3), entry(6), entry(8)];
  assert.is(stepsFrom(true, 9, 9, own).by(-1), 6);
  assert.is(stepsFrom(true, 9, 9, own).by(1), undefined);
  assert.is(stepsFrom(false, 7, 9, own).by(1), 8);
  assert.is(stepsFrom(false, 7, 9, own).by(-1), 3);
  assert.is(stepsFrom(false, 1, 9, own).by(1), 3);
  assert.is(stepsFrom(false, 1, 9, own).by(-1), undefined);
});
steps.run();

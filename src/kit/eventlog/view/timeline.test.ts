import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTimeline } from './timeline.ts';

const start = Date.parse('2026-01-31T12:00:00Z');
const [second, minute, day] = [1_000, 60_000, 86_400_000];

type Sample = { readonly at: number; readonly version?: string; readonly isRejected?: boolean };

/** Records messages at the positions 1, 2, 3 …; `at` is in ms after `start`. */
function timelineOf(samples: readonly Sample[], image = createTimeline().capture(), first = 1) {
  const timeline = createTimeline(image);
  for (const [index, { at, version, isRejected = false }] of samples.entries())
    timeline.record({ position: first + index, time: start + at, version }, isRejected);
  return timeline.capture();
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const counting = suite('the timeline of a stream');

counting('counts messages and rejected ones per interval, with the position of the first one', () => {
  const { bucketMs, buckets } = timelineOf([
    { at: 0 },
    { at: 0.4, isRejected: true },
    { at: 7 },
    { at: 7 },
    { at: 9, isRejected: true },
  ]);
  assert.is(bucketMs, 1);
  assert.equal(buckets, [
    { time: start, position: 1, messages: 2, rejected: 1 },
    { time: start + 7, position: 3, messages: 2, rejected: 0 },
    { time: start + 9, position: 5, messages: 1, rejected: 1 },
  ]);
});
counting('widens the intervals with the time range, and loses no message', () => {
  const samples = Array.from({ length: 10_000 }, (_, index) => ({
    at: index * 7 * second,
    isRejected: index % 10 === 0,
  }));
  const { bucketMs, buckets } = timelineOf(samples);
  assert.is(bucketMs, 5 * minute);
  assert.is(buckets.length, 234);
  assert.is(sum(buckets.map(({ messages }) => messages)), 10_000);
  assert.is(sum(buckets.map(({ rejected }) => rejected)), 1_000);
  for (const [index, { time, position }] of buckets.entries()) {
    assert.is(time % bucketMs, 0);
    const before = sum(buckets.slice(0, index).map(({ messages }) => messages));
    assert.is(position, before + 1);
  }
});
counting('is bounded for a thousand years', () => {
  const { bucketMs, buckets } = timelineOf(
    Array.from({ length: 3_000 }, (_, index) => ({ at: index * 122 * day })),
  );
  assert.is(bucketMs, 1_000 * day);
  assert.ok(buckets.length <= 600);
  assert.is(sum(buckets.map(({ messages }) => messages)), 3_000);
});
counting('counts a message from a clock that is behind as the latest', () => {
  const { buckets } = timelineOf([{ at: 0 }, { at: 100 }, { at: 40 }, { at: 101 }]);
  assert.equal(
    buckets.map(({ time, messages }) => [time - start, messages]),
    [
      [0, 1],
      [100, 2],
      [101, 1],
    ],
  );
});
counting('is the same after a restart from an image at any position', () => {
  const samples = Array.from({ length: 40 }, (_, index) => ({
    at: index ** 4,
    version: `0.${Math.floor(index / 7)}.${index % 2}`,
    isRejected: index % 5 === 0,
  }));
  const whole = timelineOf(samples);
  for (const at of samples.keys()) {
    assert.equal(timelineOf(samples.slice(at), timelineOf(samples.slice(0, at)), at + 1), whole);
  }
});
counting('returns copies', () => {
  const timeline = createTimeline();
  timeline.record({ position: 1, time: start, version: '1.0.0' }, false);
  const before = timeline.capture();
  const same = structuredClone(before);
  timeline.record({ position: 2, time: start, version: '1.0.0' }, true);
  assert.equal(before, same);
  createTimeline(before).record({ position: 2, time: start + 1, version: '1.0.0' }, true);
  assert.equal(before, same);
});
counting.run();

const versions = suite('the versions of a timeline');

/** Returns the versions with the positions at which they begin. */
const startsOf = (samples: readonly Sample[]) =>
  timelineOf(samples).versions.map(({ version, position }) => `${version}@${position}`);

versions('begin with their first event', () => {
  const samples = [{ at: 0 }, { at: 1, version: '0.1.0' }, { at: 2, version: '0.1.0' }, { at: 3 }];
  assert.equal(startsOf(samples), ['0.1.0@2']);
  assert.equal(startsOf([...samples, { at: 4, version: '0.2.0' }]), ['0.1.0@2', '0.2.0@5']);
});
versions('begin once during a rolling update', () => {
  const updating = ['0.1.0', '0.2.0', '0.1.0', '0.2.0', '0.1.0', '0.2.0', '0.2.0'];
  const samples = updating.map((version, index) => ({ at: index * minute, version }));
  assert.equal(startsOf(samples), ['0.1.0@1', '0.2.0@2']);
});
versions('begin again after a rollback', () => {
  const samples = [
    { at: 0, version: '0.1.0' },
    { at: minute, version: '0.2.0' },
    { at: 7 * minute, version: '0.2.0' },
    { at: 8 * minute, version: '0.1.0' },
  ];
  assert.equal(startsOf(samples), ['0.1.0@1', '0.2.0@2', '0.1.0@4']);
});
versions('continue after a pause without events', () => {
  const samples = [
    { at: 0, version: '0.1.0' },
    { at: day, version: '0.1.0' },
  ];
  assert.equal(startsOf(samples), ['0.1.0@1']);
});
versions('are bounded', () => {
  const samples = Array.from({ length: 300 }, (_, index) => ({ at: index, version: `0.0.${index}` }));
  const starts = startsOf(samples);
  assert.is(starts.length, 200);
  assert.is(starts.at(-1), '0.0.299@300');
});
versions.run();

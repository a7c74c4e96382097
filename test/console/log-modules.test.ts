/** Modules of the event log that do not need a browser. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLogAddress, toLogHash } from '../../src/kit/console/store/log/address.js';
import { toCell, toCsvLine } from '../../src/kit/console/store/log/csv.js';
import { toPlace } from '../../src/kit/console/store/log/place.js';
import { bucketCount, bucketMs, createRates } from '../../src/kit/console/store/log/rates.js';
import { keyTarget } from '../../src/kit/console/views/log/log-keys.js';
import { createScrollWindow, maxHeight } from '../../src/kit/console/views/log/scroll-window.js';

const visible = 800;
const scrollWindow = suite('the scroll window');

scrollWindow('moves with the scroll bar if the rows fit into an element', () => {
  const scroll = createScrollWindow();
  scroll.resize(100_000, visible);
  assert.is(scroll.onScroll(1234), 1234);
  assert.equal([scroll.top, scroll.offset, scroll.height], [1234, 0, 100_000]);
});
for (const millions of [1, 10, 1000]) {
  const total = millions * 1_000_000 * 34;

  scrollWindow(`reaches every row of ${millions} million`, () => {
    const scroll = createScrollWindow();
    scroll.resize(total, visible);
    assert.is(scroll.height, maxHeight);
    scroll.onScroll(maxHeight - visible);
    assert.is(scroll.top, total - visible);
    scroll.onScroll(0);
    assert.is(scroll.top, 0);
    scroll.onScroll((maxHeight - visible) / 2);
    assert.ok(Math.abs(scroll.top - (total - visible) / 2) < total / 1000);
    const place = scroll.moveTo(total * 0.75);
    assert.is(scroll.top, total * 0.75);
    assert.ok(place > 0 && place < maxHeight);
    assert.is(scroll.top - scroll.offset, place);
  });
  scrollWindow(`moves a short way pixel by pixel: ${millions} million`, () => {
    const scroll = createScrollWindow();
    scroll.resize(total, visible);
    let place = scroll.moveTo(total / 2);
    for (let step = 1; step <= 1000; step++) {
      place = scroll.onScroll(place + 100);
      assert.is(scroll.top, total / 2 + step * 100);
      assert.ok(place > 0 && place < maxHeight - visible);
    }
  });
  scrollWindow(`reaches both ends in short ways: ${millions} million`, () => {
    const scroll = createScrollWindow();
    scroll.resize(total, visible);
    let place = scroll.moveTo(50_000);
    for (let step = 0; step < 501; step++) place = scroll.onScroll(Math.max(0, place - 100));
    assert.equal([scroll.top, place], [0, 0]);
    place = scroll.moveTo(total - visible - 50_000);
    for (let step = 0; step < 501; step++)
      place = scroll.onScroll(Math.min(maxHeight - visible, place + 100));
    assert.equal([scroll.top, place], [total - visible, maxHeight - visible]);
  });
}
scrollWindow.run();

const log = suite('the event log');

log('has an address', () => {
  const filter = { type: 'LaptopAdded', id: '', actor: 'mia', text: 'a & b', rejected: 'true' } as const;
  const hash = toLogHash({ at: '12', isOpen: true, filter });
  assert.is(hash, '#/log?at=12&type=LaptopAdded&actor=mia&text=a+%26+b&rejected=true&open');
  assert.equal(readLogAddress(hash.slice('#/log?'.length)), { at: '12', isOpen: true, filter });
  assert.is(toLogHash(readLogAddress('')), '#/log');
});
log('goes to positions and times', () => {
  const now = new Date('2026-11-26T10:00:00');
  assert.is(toPlace(' 1,200 ', now), '1200');
  assert.is(toPlace('2026-01-31T12:00:00Z', now), '2026-01-31T12:00:00.000Z');
  assert.is(toPlace('9:05', now), new Date('2026-11-26T09:05:00').toISOString());
  assert.is(toPlace('soon', now), undefined);
});
log('selects rows with keys', () => {
  const keys = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'];
  assert.equal(
    keys.map((key) => keyTarget(key, 50, 100, 20)),
    [51, 49, 70, 30, 0, 99, undefined],
  );
  assert.equal(
    keys.map((key) => keyTarget(key, undefined, 10, 20)),
    [0, 0, 9, 0, 0, 9, undefined],
  );
  assert.is(keyTarget('End', undefined, 0, 20), undefined);
});
log('counts the events of each type in columns of five seconds', () => {
  const rates = createRates(['Added', 'Removed']);
  const now = 1_000 * bucketMs;
  rates.add('Added', now, now);
  rates.add('Added', now - 3 * bucketMs, now);
  rates.add('Added', now - bucketCount * bucketMs, now);
  const [added, removed] = rates.list(now + bucketMs);
  assert.equal(added?.counts.slice(-5), [1, 0, 0, 1, 0]);
  assert.is(added?.perSecond, 0.2);
  assert.is(
    removed?.counts.reduce((sum, count) => sum + count, 0),
    0,
  );
  const [later] = rates.list(now + bucketCount * 2 * bucketMs);
  assert.is(Math.max(...(later?.counts ?? [1])), 0);
});
log('is exported as CSV without formulas', () => {
  assert.equal(['=1', '+1', '-1', '@a', '\tx', 'a=1'].map(toCell), [
    "'=1",
    "'+1",
    "'-1",
    "'@a",
    "'\tx",
    'a=1',
  ]);
  assert.is(toCell(-5), '-5');
  assert.is(toCell('a "b", c\nd'), '"a ""b"", c\nd"');
  assert.is(toCell('=HYPERLINK("x")'), `"'=HYPERLINK(""x"")"`);
  const entry = { position: 1, time: '2026-01-31T12:00:00.000Z', subject: 'lamps.events.1', id: 1 };
  assert.is(
    toCsvLine({ ...entry, event: { type: 'LampAdded', name: 'x' } }),
    '1,2026-01-31T12:00:00.000Z,lamps.events.1,1,LampAdded,,,,,"{""type"":""LampAdded"",""name"":""x""}"\r\n',
  );
  assert.is(
    toCsvLine({ ...entry, payload: '@x', rejected: 'not JSON' }),
    "1,2026-01-31T12:00:00.000Z,lamps.events.1,1,,,,,not JSON,'@x\r\n",
  );
});
log.run();

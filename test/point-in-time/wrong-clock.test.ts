/** `?asOf=` with a time uses the broker's clock: a service whose own clock is wrong answers like any other. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { locateMoment } from '../../src/kit/eventlog/point-in-time.ts';
import { openStore } from '../support/contract/event-store-contract.ts';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, jsm, start, close } = await startTestSystem();

/** A preload module that shifts the clock of a process. */
function shiftedClock(milliseconds: number): string {
  const module = `const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...args) { super(...(args.length === 0 ? [Date.now()] : args)); }
      static now() { return Real.now() + ${milliseconds}; }
    };`;
  return `--import data:text/javascript,${encodeURIComponent(module)}`;
}

const startShifted = (name: string, milliseconds: number) =>
  start(name, { env: { NODE_OPTIONS: shiftedClock(milliseconds) } });

const minute = 60_000;
const [behind, ahead, ports] = await Promise.all([
  startShifted('laptops', -minute),
  startShifted('laptops', minute),
  startShifted('ports', minute),
]);

/** Returns the time at which the message at `position` was stored, in ms. */
async function timeOf(stream: string, position: number): Promise<number> {
  const message = await jsm.streams.getMessage(stream, { seq: position });
  return message?.time.getTime() ?? 0;
}

const StartTime = z.object({ startedAt: z.string() });

const format = (time: number) => encodeURIComponent(new Date(time).toISOString());

const wrongClock = suite('a service with a wrong clock');

wrongClock('is what the test starts: its own clock differs from the broker’s by a minute', async () => {
  for (const [{ get }, shift] of [
    [behind, -minute],
    [ahead, minute],
  ] as const) {
    // It has just started.
    const { startedAt } = StartTime.parse((await get('/laptops/status')).body);
    assert.ok(Math.abs(Date.parse(startedAt) - Date.now() - shift) < minute / 2);
  }
});

wrongClock('returns the state as of the time of an event that was just written', async () => {
  await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
  for (const [index, service] of [behind, ahead].entries()) {
    const id = index + 1;
    await service.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' } });
    const headers = { 'Wait-For-Position': 'latest' };
    const fitted = await service.put(`/laptops/${id}/ports/1`, { headers });
    const position = Number(fitted.headers.get('Stream-Position'));
    const current = await service.get(`/laptops/${id}`);
    const asOf = format(await timeOf('LAPTOPS', position));
    const item = await service.get(`/laptops/${id}?asOf=${asOf}`);
    assert.match(JSON.stringify(current.body), 'USB-C');
    assert.equal([item.status, item.body], [200, current.body]);
    const list = await service.get(`/laptops?after=${id - 1}&asOf=${asOf}`);
    assert.equal([list.status, list.body], [200, [current.body]]);
    assert.is(list.headers.get('Stream-Position'), String(position));
  }
});

wrongClock('rejects a time that the broker has not reached', async () => {
  for (const { get } of [behind, ahead]) {
    for (const path of ['/laptops', '/laptops/1']) {
      const response = await get(`${path}?asOf=${format(Date.now() + minute / 2)}`);
      assertProblem(response, 'malformed', /time in the future/);
    }
  }
});

wrongClock.run();

const settled = suite('the position at a time');

settled('does not change, even if the time is the broker’s current millisecond', async () => {
  const store = openStore({ connection, jsm });
  for (let round = 0; round < 300; round++) {
    const time = await store.currentTime();
    const publishing = [1, 2, 3].map(() => connection.nc.request('laptops.events.9', 'not an event'));
    const position = await locateMoment(store, { time });
    await Promise.all(publishing);
    await connection.nc.request('laptops.events.9', 'not an event');
    assert.is(await store.positionAt(time), position);
  }
});

settled.after(close);
settled.run();

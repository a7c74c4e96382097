/** A short history of laptops, and the parts of the web console that show it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { headers } from 'nats';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { laptopAdded, publishAll } from '../broker/publish.ts';
import { eventually } from '../eventually.ts';
import { startTestSystem, type Replica, type TestSystem } from '../process/system.ts';
import { positionOf } from './http.ts';

export type ConsoleHistory = {
  readonly system: TestSystem;
  readonly laptops: Replica;
  /** Laptop 1 is added, the first event that is not about laptop 9. */
  readonly first: number;
  /** Laptop 3 is added, after laptop 2. */
  readonly third: number;
  /** Laptop 1 is added again, which is rejected. Then it is revised, and laptop 2 removed. */
  readonly rejected: number;
  /** Laptop 4 is added by another version of the service. */
  readonly last: number;
};

/** The number of events about laptop 9. */
const unrelated = 40;

/** Waits until the time of the next event is later than that of the previous one by more than a few pixels. */
async function later(): Promise<void> {
  const until = Date.now() + 100;
  while (Date.now() < until) await sleep(10);
}

export async function startConsoleHistory(): Promise<ConsoleHistory> {
  const system = await startTestSystem();
  const { nc } = system.connection;
  const laptops = await system.start('laptops');
  await publishAll(nc, [laptopAdded(9)]);
  for (let count = 1; count < unrelated; count += 1) {
    const payload = JSON.stringify({ type: 'LaptopRevised', model: `T${count}` });
    await publishAll(nc, [{ subject: 'laptops.events.9', payload }]);
  }
  const add = async (id: number, title: string, model: string) => {
    await later();
    return positionOf(await laptops.post('/laptops', { json: { id, title, model } }));
  };
  const first = await add(1, 'Lenovo', 'S3');
  await add(2, 'Dell', 'XPS');
  const third = await add(3, 'HP', 'EliteBook');
  await later();
  const [rejected = 0] = await publishAll(nc, [laptopAdded(1, 'again', 'no')]);
  await later();
  await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'S4' } });
  await later();
  await laptops.delete('/laptops/2');
  await later();
  const fields = headers();
  fields.set('Portside-Version', '99.0.0');
  const { subject, payload } = laptopAdded(4, 'Acer', 'Swift');
  const { seq: last } = await jetstream(nc).publish(subject, payload, { headers: fields });
  return { system, laptops, first, third, rejected, last };
}

export const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
export const notice = (page: Page) => page.locator('.notice.historical');
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const slider = (page: Page) => page.getByRole('slider', { name: 'Moment' });
export const changes = (page: Page) => page.getByRole('group', { name: 'Changes since then' });
export const hash = (page: Page) => new URL(page.url()).hash;

export const awaitHash = (page: Page, expected: string | RegExp) =>
  eventually(async () => {
    if (typeof expected === 'string') assert.is(hash(page), expected);
    else assert.match(hash(page), expected);
  }, 30_000);

export const awaitSlider = (page: Page, position: number) =>
  eventually(async () => assert.is(await slider(page).inputValue(), String(position)), 30_000);

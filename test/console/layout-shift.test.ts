/** Buttons, links and fields of the web console stay where they are while data arrives, so that a click does not miss them. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { startConsoleHistory } from '../support/http/console-history.ts';
import { readShifts, reopenRecorded } from '../support/http/layout-shifts.ts';

const { system, laptops, third, rejected } = await startConsoleHistory();
const { nc } = system.connection;
const ports = await system.start('ports');
await ports.post('/ports', { json: { id: 3, name: 'USB-C' } });
await laptops.put('/laptops/1/ports/3');
const browser = await openBrowser();

/** As high as the longest page, all of which is compared. */
const desktop = { width: 1280, height: 1600 };
const phone = { width: 390, height: 844 };

let lastId = 1000;

const layout = suite('while data arrives');
const test = inBrowser(layout);

for (const [name, hash] of [
  ['the table', '#/'],
  ['the table at a moment', `#/?asOf=${third}`],
  ['the comparison of the table with now', `#/?asOf=${third}&compare`],
  ['an entity', '#/entity/1'],
  ['an entity at a moment', `#/entity/1?asOf=${third}`],
  ['the comparison of an entity with now', `#/entity/1?asOf=${third}&compare`],
  ['the log', '#/log'],
  ['the filtered log', '#/log?type=LaptopAdded'],
  ['a message of the log', `#/log?at=${third}&open`],
  ['a rejected message of the log', `#/log?at=${rejected}&open`],
  ['health', '#/health'],
  ['system', '#/system'],
  ['queries', '#/queries'],
] as const) {
  test(`nothing that can be used moves on the page of ${name}`, () => {
    const url = `${laptops.url}/${hash}`;
    return browser.visit(
      url,
      (wide) => browser.visit(url, (narrow) => assertNothingMoves([wide, narrow]), { viewport: phone }),
      { viewport: desktop },
    );
  });
}

async function assertNothingMoves(pages: readonly Page[]): Promise<void> {
  await Promise.all(pages.map(reopenRecorded));
  const readAll = () => Promise.all(pages.map(readShifts));
  const nothing = pages.map(() => []);
  assert.equal(await readAll(), nothing, 'while the page is opened');
  await publishAll(nc, [laptopAdded(9, 'again', 'no'), laptopAdded((lastId += 1))]);
  assert.equal(await readAll(), nothing, 'when messages arrive');
}
layout.after(async () => {
  await browser.close();
  await system.close();
});
layout.run();

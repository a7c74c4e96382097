import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../test/support/http/browser.ts';
import { withScope } from '../child-processes.ts';
import { loadFile, runLoad } from '../load.ts';
import { summarize } from '../load/load-program.ts';
import { addLaptops } from '../subjects/laptops.ts';
import { startReplicas, type Replica } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case } from '../rounds.ts';

/** In the browser. */
declare const requestAnimationFrame: (callback: (now: number) => void) => number;
declare const document: { querySelectorAll(selector: string): Iterable<{ textContent: string }> };

const full = [1_000, 100_000];
const rate = 1_000;
/** A percentile of frames needs more of them than the usual duration has. */
const secondsFactor = 5;

export const page: Scenario = {
  title: 'Web console',
  about: `Time from opening the page in a new profile of Chromium until the first laptop is displayed, without a cache. Then, with all laptops loaded, the time between two frames while ${rate} events/s arrive for laptops all over the table, and how long after an event was published its row is displayed (update). Chromium is headless and renders without a GPU on the same processors as the service, the broker and the publisher.`,
  parts: [{ run }],
};

async function run(bench: Bench) {
  const browser = await launchChromium();
  if (browser === undefined) throw new Error('chromium not found');
  bench.scope.defer(() => browser.close());
  const cases: Case[] = [];
  for (const at of full.map(bench.size)) {
    for (const replica of await startReplicas(bench, '2m', (nc) => addLaptops(nc, at)))
      cases.push({
        subject: `Portside${replica.suffix}`,
        at,
        run: () => measurePage(bench, browser, replica, at),
      });
  }
  const results = await runRounds(bench, cases);
  const about = { unit: 'ms', better: 'less', axis: 'laptops' } as const;
  return [
    'first row',
    'first row, cached',
    'frame p50',
    'frame p99',
    'longest frame',
    'update p50',
    'longest update',
  ].map((name) => toMeasure(results, name, about));
}

function measurePage({ scope, seconds }: Bench, browser: Browser, replica: Replica, laptops: number) {
  return withScope(scope, async (inner) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    inner.defer(() => context.close());
    const first = await context.newPage();
    const uncached = await openPage(first, replica.server.url);
    await first.close();
    const opened = await context.newPage();
    const cached = await openPage(opened, replica.server.url);
    await opened.getByText(`${laptops.toLocaleString('en')} laptops`, { exact: true }).waitFor();
    const job = { natsUrl: replica.broker.url, laptops, rate, seconds: seconds * secondsFactor };
    const [{ frames, updates }] = await Promise.all([
      record(opened, job.seconds),
      runLoad(inner, loadFile('revisions.ts'), job),
    ]);
    const { p50, p99 } = summarize(frames);
    return {
      'first row': uncached,
      'first row, cached': cached,
      'frame p50': p50,
      'frame p99': p99,
      'longest frame': Math.max(...frames),
      'update p50': summarize(updates).p50,
      'longest update': Math.max(...updates),
    };
  });
}

/** Returns the milliseconds until the first row is displayed. */
async function openPage(opened: Page, url: string): Promise<number> {
  const started = performance.now();
  await opened.goto(url, { waitUntil: 'commit' });
  await opened.locator('tr[data-id="1"]').waitFor();
  return performance.now() - started;
}

/** Returns the milliseconds between frames, and from the publication of an event, whose time is the model, until its row is displayed. */
function record(opened: Page, seconds: number): Promise<{ frames: number[]; updates: number[] }> {
  return opened.evaluate(async (milliseconds) => {
    const [frames, updates]: [number[], number[]] = [[], []];
    const selector = 'td[title^="revision "]';
    const seen = new Set([...document.querySelectorAll(selector)].map(({ textContent }) => textContent));
    let previous = await new Promise<number>(requestAnimationFrame);
    for (const end = previous + milliseconds; previous < end;) {
      const now = await new Promise<number>(requestAnimationFrame);
      frames.push(now - previous);
      previous = now;
      for (const { textContent: text } of document.querySelectorAll(selector)) {
        if (!seen.has(text)) updates.push(Date.now() - Number(text.split(', ')[1]));
        seen.add(text);
      }
    }
    return { frames, updates };
  }, seconds * 1000);
}

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/command.mjs';
import { withScope, type ResourceScope } from '../child-processes.ts';
import { runLoad } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { peerFile } from '../subjects/peers.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';
import { typescriptArgs } from '../../typescript-args.ts';

const rows = [10_000, 100_000, 1_000_000];
/** Number of concurrent publishes of the comparison. */
const concurrency = 256;

export const importLaptops: Scenario = {
  title: 'Import laptops',
  about: `npm run import of a CSV file with 10 k, 100 k and 1 M new laptops into an empty stream with sync_interval: always, from the start of the process to its exit; then the same command again, which finds every laptop in the stream. For comparison, the rate of bare js.publish with ${concurrency} concurrent publishes.`,
  comparisons: [{ measure: 'perSecond', of: 'Portside', by: 'bare js.publish' }],
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, seconds, size, checkouts } = bench;
  const folder = await scope.makeFolder();
  const cases: Case[] = [];
  for (const at of rows.map(size)) {
    const file = join(folder, `${at}.csv`);
    await writeRows(file, at);
    for (const checkout of checkouts)
      cases.push({
        subject: `Portside${checkout.suffix}`,
        at,
        run: () => importFile(scope, checkout, file, at),
      });
  }
  const bare = await startBroker(scope, 'always');
  cases.push({
    subject: 'bare js.publish',
    at: Math.max(...rows.map(size)),
    run: () => runLoad<Sample>(scope, peerFile('js-publish.mjs'), { url: bare.url, concurrency, seconds }),
  });
  const results = await runRounds(bench, cases);
  return [
    toMeasure(results, 'perSecond', { unit: 'laptops/s', better: 'more', axis: 'laptops' }),
    toMeasure(results, 'perSecondAgain', { unit: 'laptops/s', better: 'more', axis: 'laptops' }),
    toMeasure(results, 'seconds', { unit: 's', better: 'less', axis: 'laptops' }),
    toMeasure(results, 'secondsAgain', { unit: 's', better: 'less', axis: 'laptops' }),
  ];
}

function importFile(scope: ResourceScope, { root }: Checkout, file: string, count: number): Promise<Sample> {
  return withScope(scope, async (inner) => {
    const { url } = await startBroker(inner, 'always');
    const cwd = fileURLToPath(root);
    const run = async () => {
      const started = performance.now();
      await runCommand(process.execPath, [...typescriptArgs, join(cwd, 'scripts/import/import.ts'), file], {
        cwd,
        env: { ...process.env, NATS_URL: url },
      });
      return (performance.now() - started) / 1000;
    };
    const seconds = await run();
    const secondsAgain = await run();
    return { perSecond: count / seconds, seconds, perSecondAgain: count / secondsAgain, secondsAgain };
  });
}

async function writeRows(file: string, count: number): Promise<void> {
  const output = createWriteStream(file);
  output.write('id,title,model\n');
  for (let id = 1; id <= count; id++) {
    const { title, model } = laptopBody(id);
    if (!output.write(`${id},${title},"${model}"\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/command.mjs';
import { createResourceScope } from '../child-processes.ts';
import { runLoad } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { peerFile } from '../subjects/peers.ts';
import { startBroker } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';
import { typescriptArgs } from '../../typescript-args.ts';

const rows = [10_000, 100_000, 1_000_000];
/** Number of concurrent publishes of the comparison. */
const concurrency = 256;

export const importLaptops: Scenario = {
  title: 'Import laptops',
  about: `npm run import of a CSV file with 10 k, 100 k and 1 M new laptops into an empty stream with sync_interval: always, from the start of the process to its exit; then the same command again, which finds every laptop in the stream. For comparison, the rate of bare js.publish with ${concurrency} concurrent publishes.`,

  async run(bench) {
    const { scope, seconds, size } = bench;
    const folder = await scope.makeFolder();
    const cases: Case[] = [];
    for (const full of rows) {
      const count = size(full);
      const file = join(folder, `${count}.csv`);
      await writeRows(file, count);
      cases.push({ subject: 'Portside', at: count, run: () => importFile(file, count) });
    }
    const bare = await startBroker(scope, 'always');
    const job = { url: bare.url, concurrency, seconds };
    cases.push({
      subject: 'bare js.publish',
      at: size(100_000),
      run: async () => {
        const { perSecond = NaN } = await runLoad<Sample>(scope, peerFile('js-publish.mjs'), job);
        return { rowsPerSecond: perSecond };
      },
    });
    const results = await runRounds(bench, cases);
    return {
      measures: [
        toMeasure(results, 'rowsPerSecond', { unit: 'laptops/s', better: 'more', axis: 'laptops' }),
        toMeasure(results, 'rowsPerSecondAgain', { unit: 'laptops/s', better: 'more', axis: 'laptops' }),
        toMeasure(results, 'seconds', { unit: 's', better: 'less', axis: 'laptops' }),
        toMeasure(results, 'secondsAgain', { unit: 's', better: 'less', axis: 'laptops' }),
      ],
    };
  },
};

async function importFile(file: string, count: number): Promise<Sample> {
  const scope = createResourceScope();
  try {
    const { url } = await startBroker(scope, 'always');
    const script = fileURLToPath(new URL('../../import/import.ts', import.meta.url));
    const run = async () => {
      const started = performance.now();
      await runCommand(process.execPath, [...typescriptArgs, script, file], {
        env: { ...process.env, NATS_URL: url },
      });
      return (performance.now() - started) / 1000;
    };
    const seconds = await run();
    const secondsAgain = await run();
    return {
      rowsPerSecond: count / seconds,
      seconds,
      rowsPerSecondAgain: count / secondsAgain,
      secondsAgain,
    };
  } finally {
    await scope.close();
  }
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

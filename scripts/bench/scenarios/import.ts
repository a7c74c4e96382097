/** `npm run import` of laptops from a file. */

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/command.mjs';
import { createWorkshop } from '../children.ts';
import { runLoad } from '../load.ts';
import { laptopBody } from '../laptops.ts';
import { peerFile } from '../peers.ts';
import { startBroker } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case, type Sample } from '../turns.ts';
import { typescriptArgs } from '../../typescript-args.ts';

const rows = [10_000, 100_000, 1_000_000];
/** As many publishes as the importer keeps in flight. */
const concurrency = 256;

export const importLaptops: Scenario = {
  title: 'Import laptops',
  about: `npm run import of a CSV file with 10 k, 100 k and 1 M new laptops into an empty stream, sync_interval: always, from the start of the process to its end. Beside it the rate of bare js.publish, ${concurrency} at once.`,

  async run(bench) {
    const { workshop, seconds, size } = bench;
    const folder = await workshop.makeFolder();
    const cases: Case[] = [];
    for (const full of rows) {
      const count = size(full);
      const file = join(folder, `${count}.csv`);
      await writeRows(file, count);
      cases.push({ subject: 'Portside', at: count, run: () => importFile(file, count) });
    }
    const bare = await startBroker(workshop, 'always');
    const job = { url: bare.url, concurrency, seconds };
    cases.push({
      subject: 'bare js.publish',
      at: size(100_000),
      run: async () => {
        const { perSecond = NaN } = await runLoad<Sample>(workshop, peerFile('js-publish.mjs'), job);
        return { rowsPerSecond: perSecond };
      },
    });
    const taken = await takeTurns(bench, cases);
    return {
      measures: [
        toMeasure(taken, 'rowsPerSecond', { unit: 'laptops/s', better: 'more', axis: 'laptops' }),
        toMeasure(taken, 'seconds', { unit: 's', better: 'less', axis: 'laptops' }),
      ],
    };
  },
};

async function importFile(file: string, count: number): Promise<Sample> {
  const workshop = createWorkshop();
  try {
    const { url } = await startBroker(workshop, 'always');
    const script = fileURLToPath(new URL('../../import/import.ts', import.meta.url));
    const started = performance.now();
    await runCommand(process.execPath, [...typescriptArgs, script, file], {
      env: { ...process.env, NATS_URL: url },
    });
    const seconds = (performance.now() - started) / 1000;
    return { rowsPerSecond: count / seconds, seconds };
  } finally {
    await workshop.close();
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

/** The same command through the other door. */

import { runClosedLoop, runLoad, loadFile } from '../load.ts';
import { laptopBody } from '../laptops.ts';
import { startBroker, startService } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case, type Sample } from '../turns.ts';

export const natsRequest: Scenario = {
  title: 'The same command over NATS request/reply',
  about: 'laptops.commands.add beside POST /laptops, 1, 16 and 64 at once, sync_interval: always.',

  async run(bench) {
    const { workshop, seconds } = bench;
    const broker = await startBroker(workshop, 'always');
    const { url } = await startService(workshop, { natsUrl: broker.url });
    const body = laptopBody(1);
    const taken = await takeTurns(
      bench,
      [1, 16, 64].flatMap((at): Case[] => {
        const job = { url: broker.url, subject: 'laptops.commands.add', body, concurrency: at, seconds };
        const requests = [{ method: 'POST', path: '/laptops', body }] as const;
        return [
          {
            subject: 'Portside, NATS request',
            at,
            run: () => runLoad<Sample>(workshop, loadFile('nats-requests.ts'), job),
          },
          {
            subject: 'Portside, REST',
            at,
            run: () => runClosedLoop(workshop, { url, requests, connections: at, seconds }),
          },
        ];
      }),
    );
    return {
      measures: [
        toMeasure(taken, 'perSecond', { unit: 'commands/s', better: 'more', axis: 'at once' }),
        toMeasure(taken, 'p99', { unit: 'ms', better: 'less', axis: 'at once' }),
      ],
      notes: [
        'The client of the NATS door is a Node process, that of the REST door is written in C (wrk) where there is one.',
      ],
    };
  },
};

import { runClosedLoop, runLoad, loadFile } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';

export const natsRequest: Scenario = {
  title: 'Command over NATS request/reply',
  about:
    'laptops.commands.add compared with POST /laptops, with 1, 16 and 64 concurrent requests and sync_interval: always.',

  async run(bench) {
    const { scope, seconds } = bench;
    const broker = await startBroker(scope, 'always');
    const { url } = await startService(scope, { natsUrl: broker.url });
    const body = laptopBody(1);
    const results = await runRounds(
      bench,
      [1, 16, 64].flatMap((at): Case[] => {
        const job = { url: broker.url, subject: 'laptops.commands.add', body, concurrency: at, seconds };
        const requests = [{ method: 'POST', path: '/laptops', body }] as const;
        return [
          {
            subject: 'Portside, NATS request',
            at,
            run: () => runLoad<Sample>(scope, loadFile('nats-requests.ts'), job),
          },
          {
            subject: 'Portside, REST',
            at,
            run: () => runClosedLoop(scope, { url, requests, connections: at, seconds }),
          },
        ];
      }),
    );
    return {
      measures: [
        toMeasure(results, 'perSecond', { unit: 'commands/s', better: 'more', axis: 'concurrent requests' }),
        toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'concurrent requests' }),
      ],
      notes: [
        'The load generator of the NATS API is a Node process; that of the REST API is wrk, written in C, if installed.',
      ],
    };
  },
};

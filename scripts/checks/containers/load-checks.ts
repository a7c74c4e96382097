/** Containers that are taken away while clients read and write. */

import { jetstreamManager } from '@nats-io/jetstream';
import * as assert from 'uvu/assert';
import { eventually } from '../../../test/support/eventually.ts';
import { addResults } from '../../../test/support/faults/scenario.ts';
import { auditWrites, auditReplicas, readLaptopStream } from '../../../test/support/contract/stream-audit.ts';
import { startWriteLoad, type WriteLoad } from '../../../test/support/http/write-load.ts';
import type { Check } from '../checks.ts';
import { withConnection } from './contract-checks.ts';
import { urlsOf, type Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { startReadLoad } from './read-load.ts';

/** How many writes are answered before, between and after what is done. */
const writesAround = 100;
/** Seconds that the container gets to end; the service's own limit is 9. */
const graceSeconds = 15;

export function loadChecks(engine: Engine, deployment: Deployment): readonly Check[] {
  return [
    {
      name: 'one of three stopped under load: it ends by itself and clean, no write is lost, no other answer fails',
      async run() {
        const [stopping] = await deployment.containers('laptops');
        assert.ok(stopping !== undefined);
        const collections = (await urlsOf(deployment, 'laptops')).map((url) => `${url}/laptops`);
        let urls = collections;
        const writes = startWriteLoad({ urls: () => urls, seed: 1 });
        // The first one is stopped: those who read from it have to be sent elsewhere, as a load balancer does.
        const reads = startReadLoad(collections.slice(1));
        try {
          await writesPass(writes, writesAround);
          await engine.docker('stop', '--time', String(graceSeconds), stopping.Id);
          const stopped = (await deployment.containers('laptops')).find(({ Id }) => Id === stopping.Id);
          // A process that hears no SIGTERM is killed, and its container's code is 137.
          assert.equal([stopped?.State.Status, stopped?.State.ExitCode], ['exited', 0]);
          await writesPass(writes, writesAround);
          await engine.docker('start', stopping.Id);
          await deployment.healthy();
          // Its port on this machine is another one now.
          urls = (await urlsOf(deployment, 'laptops')).map((url) => `${url}/laptops`);
          await writesPass(writes, writesAround);
          const answers = await writes.stop();
          await reads.stop();
          assert.equal(reads.failures, []);
          assert.ok(reads.answered > 0);
          const result = await audit(writes, urls);
          assert.equal(result.complaints, []);
          assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
          const note = `${result.acknowledged} of ${answers.length} writes acknowledged, ${reads.answered} reads`;
          return { verdict: 'ok', note };
        } finally {
          writes.abort();
          await reads.stop();
        }
      },
    },
    {
      name: 'a new container of the broker finds every event in its volume',
      async run() {
        const [url = ''] = await urlsOf(deployment, 'laptops');
        const list = async () => {
          const headers = { 'Wait-For-Position': 'latest' };
          const response = await fetch(`${url}/laptops`, { headers });
          assert.is(response.status, 200, await response.clone().text());
          return response.text();
        };
        const before = await list();
        assert.ok(before.length > 2);
        await deployment.compose('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'nats');
        await deployment.healthy();
        assert.is(await eventually(list, 60_000, 250), before);
        const [first = ''] = await urlsOf(deployment, 'laptops');
        const body = JSON.stringify({ title: 'after', model: 'the restart' });
        const headers = { 'Content-Type': 'application/json' };
        await eventually(async () => {
          const { status } = await fetch(`${first}/laptops`, { method: 'POST', body, headers });
          assert.is(status, 201);
        }, 60_000);
        return { verdict: 'ok' };
      },
    },
  ];

  /** Compares what the clients were told, and what every container shows, with what the log holds. */
  function audit(writes: WriteLoad, urls: readonly string[]) {
    return withConnection(deployment, async (connection) => {
      const log = await readLaptopStream(connection, await jetstreamManager(connection.nc));
      return addResults(auditWrites(log, writes.results), await auditReplicas(log, urls));
    });
  }
}

/** Resolves when `count` more writes have their answers. */
function writesPass({ results }: WriteLoad, count: number): Promise<void> {
  const wanted = results.length + count;
  return eventually(() => {
    if (results.length < wanted) throw new Error(`only ${results.length} of ${wanted} writes have a response`);
  }, 60_000);
}

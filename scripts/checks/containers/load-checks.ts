/** Stops and replaces containers while clients read and write. */

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

/** Number of completed writes before, between and after the steps. */
const writesAround = 100;
/** Time for the container to exit, in s; the service's own limit is 9 s. */
const graceSeconds = 15;

export function loadChecks(engine: Engine, deployment: Deployment): readonly Check[] {
  return [
    {
      name: 'stopping one of three containers under load: it exits cleanly, no write is lost, and no other request fails',
      async run() {
        const [stopping] = await deployment.containers('laptops');
        assert.ok(stopping !== undefined);
        const collections = (await urlsOf(deployment, 'laptops')).map((url) => `${url}/laptops`);
        let urls = collections;
        const writes = startWriteLoad({ urls: () => urls, seed: 1 });
        // The first container is stopped, so it receives no reads, as with a load balancer.
        const reads = startReadLoad(collections.slice(1));
        try {
          await awaitWrites(writes, writesAround);
          await engine.docker('stop', '--time', String(graceSeconds), stopping.Id);
          const stopped = (await deployment.containers('laptops')).find(({ Id }) => Id === stopping.Id);
          // A process that ignores SIGTERM is killed, and the exit code of its container is 137.
          assert.equal([stopped?.State.Status, stopped?.State.ExitCode], ['exited', 0]);
          await awaitWrites(writes, writesAround);
          await engine.docker('start', stopping.Id);
          await deployment.awaitHealthy();
          // The restarted container is published on a different port.
          urls = (await urlsOf(deployment, 'laptops')).map((url) => `${url}/laptops`);
          await awaitWrites(writes, writesAround);
          const responses = await writes.stop();
          await reads.stop();
          assert.equal(reads.failures, []);
          assert.ok(reads.completed > 0);
          const result = await audit(writes, urls);
          assert.equal(result.complaints, []);
          assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
          const note = `${result.acknowledged} of ${responses.length} writes acknowledged, ${reads.completed} reads`;
          return { verdict: 'ok', note };
        } finally {
          writes.abort();
          await reads.stop();
        }
      },
    },
    {
      name: 'a recreated broker container finds all events in its volume',
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
        await deployment.awaitHealthy();
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

  /** Compares the clients' responses and the state of every container with the event log. */
  function audit(writes: WriteLoad, urls: readonly string[]) {
    return withConnection(deployment, async (connection) => {
      const eventLog = await readLaptopStream(connection, await jetstreamManager(connection.nc));
      return addResults(auditWrites(eventLog, writes.results), await auditReplicas(eventLog, urls));
    });
  }
}

/** Resolves when `count` more writes have received a response. */
function awaitWrites({ results }: WriteLoad, count: number): Promise<void> {
  const target = results.length + count;
  return eventually(() => {
    if (results.length < target)
      throw new Error(`only ${results.length} of ${target} writes have a response`);
  }, 60_000);
}

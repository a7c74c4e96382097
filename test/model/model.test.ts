/** Under random REST requests and directly published events, three replicas agree with the event log and with each other. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopEvents } from '#contracts/laptops';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startDelayingProxy } from '../support/broker/delaying-proxy.ts';
import { publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';
import { findViolations, knownPorts, versionsOf } from './checker.ts';
import { laptopCommands, type Replicas } from './commands.ts';

const runs = Number(process.env['MODEL_RUNS'] ?? 20);
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 31);

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
await publishAll(connection.nc, [
  {
    subject: 'ports.events.1',
    payload: JSON.stringify({ type: 'PortAdded', ...knownPorts.ports(1) }),
  },
]);
// One replica without delay, one slightly delayed, and one far enough behind to have stale views.
const delayingProxies = await Promise.all([
  startDelayingProxy(broker.url, 5),
  startDelayingProxy(broker.url, 25),
]);
const services = await Promise.all(
  [broker.url, ...delayingProxies.map(({ url }) => url)].map((natsUrl) =>
    startServiceProcess('laptops', { natsUrl, env: { SNAPSHOT_EVERY: '50' } }),
  ),
);
const subjects = eventSubjects('laptops');
const store = createEventStore({
  connection,
  jsm,
  stream: 'LAPTOPS',
  subjects,
  codec: createCodec(laptopEvents, subjects),
});

/** Reads the laptops of a run from each replica after it has applied the message at `position`. */
async function readFromEachReplica(position: number, firstId: number) {
  return Promise.all(
    services.map(async ({ url }) => {
      const response = await fetch(`${url}/laptops?after=${firstId - 1}&limit=3`, {
        headers: { 'Wait-For-Position': String(position) },
      });
      return response.json();
    }),
  );
}

const consistency = suite('three replicas under random commands');

let firstId = 1000;
consistency(`respond consistently with the event log (seed ${seed})`, async () => {
  const property = fc.asyncProperty(
    fc.commands(laptopCommands, { maxCommands: 60, size: 'max' }),
    async (commands) => {
      firstId += 10;
      const real: Replicas = {
        urls: services.map(({ url }) => url),
        nc: connection.nc,
        firstId,
        operations: [],
        pending: new Set(),
      };
      await fc.asyncModelRun(() => ({ model: {}, real }), commands);
      await Promise.all(real.pending);

      const ids = [0, 1, 2].map((offset) => firstId + offset);
      const last = await store.lastPosition();
      const histories = await Promise.all(
        ids.map(async (id) => store.history(id, { upTo: await store.lastPositionOf(id) })),
      );
      const eventLog = histories.flat();
      assert.equal(findViolations(real.operations, eventLog), []);

      const expected = ids.flatMap((id) => {
        const state = versionsOf(id, eventLog).at(-1)?.state;
        return state === undefined
          ? []
          : [{ id, title: state.title, model: state.model, ports: toPorts(state.portIds) }];
      });
      for (const laptops of await readFromEachReplica(last, firstId)) {
        assert.equal(laptops, expected);
      }
    },
  );
  await fc.assert(property, { numRuns: runs, seed, includeErrorInReport: true });
});

function toPorts(portIds: readonly number[]) {
  return portIds.map((id) => ({ id, ...knownPorts.ports(id) }));
}

consistency.after(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await connection.nc.close();
  await Promise.all(delayingProxies.map((proxy) => proxy.close()));
  await broker.close();
});
consistency.run();

/** Scenarios that interrupt the replay of a replica: a deleted consumer, a broker that does not respond. */

import { setTimeout as sleep } from 'node:timers/promises';
import { startTestBroker } from '../broker/broker.ts';
import { freeze, unfreeze } from '../broker/freeze.ts';
import { sendWithRetry } from '../http/idempotent-client.ts';
import type { Scenario } from './scenario.ts';
import { repeatUnderLoad, startLoadedSystem } from './under-load.ts';

/**
 * Deletes every consumer on the server. Recovery is complete when both replicas return a write that was sent after the
 * deletion.
 */
export const loseConsumers: Scenario = async ({ rounds, seed, defer, report }) => {
  const { replicas, load, connection, jsm } = await startLoadedSystem({
    broker: await startTestBroker(),
    seed,
    defer,
  });

  return repeatUnderLoad({ replicas, load, connection, jsm }, rounds, async (round) => {
    for await (const { name } of jsm.consumers.list('LAPTOPS')) await jsm.consumers.delete('LAPTOPS', name);
    const started = performance.now();
    const [url = ''] = replicas.urls();
    const id = 1_000_000 + round;
    const body = { title: `after loss ${round}`, model: 'M1' };
    const { position } = await sendWithRetry(() => url, { method: 'POST', id, body });
    for (const each of replicas.urls()) {
      const headers = { 'Wait-For-Position': String(position), Prefer: 'wait=30' };
      const response = await fetch(`${each}/${id}`, { headers });
      if (response.status !== 200) throw new Error(`${each}/${id} returned ${await response.text()}`);
    }
    const milliseconds = performance.now() - started;
    report?.(`consumers deleted: replicas up to date after ${Math.round(milliseconds)} ms`);
    return milliseconds;
  });
};

/** How long the broker is frozen, in ms. */
const frozenMs = 20_000;
/** Maximum duration of a write, in ms. */
const maxWriteMs = 20_000;
/** Maximum duration of a read, in ms. */
const maxReadMs = 1_000;

/**
 * Freezes the broker for 20 s. Meanwhile, reads must be served from memory within 1 s and writes must fail with 503
 * within 20 s. The recovery time runs from unfreezing the broker to the acknowledgement of a write sent later.
 */
export const freezeBroker: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  const system = await startLoadedSystem({ broker, seed, defer });
  const [url = ''] = system.replicas.urls();

  async function readUntil(deadline: number) {
    while (Date.now() < deadline) {
      const started = performance.now();
      const response = await fetch(`${url}?limit=10`);
      await response.arrayBuffer();
      const milliseconds = performance.now() - started;
      if (response.status !== 200 || milliseconds > maxReadMs) {
        throw new Error(`a read returned ${response.status} after ${Math.round(milliseconds)} ms`);
      }
      await sleep(100);
    }
  }

  async function writeUntil(deadline: number) {
    for (let id = 2_000_000; Date.now() < deadline; id++) {
      const started = performance.now();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id, title: 'while the broker is frozen', model: 'M1' }),
      });
      await response.arrayBuffer();
      const milliseconds = performance.now() - started;
      // A write in flight when the broker resumes may succeed.
      const isExpected = response.status === 503 || Date.now() > deadline - 1_000;
      if (!isExpected || milliseconds > maxWriteMs) {
        throw new Error(`a write returned ${response.status} after ${Math.round(milliseconds)} ms`);
      }
      await sleep(100);
    }
  }

  return repeatUnderLoad(system, rounds, async () => {
    try {
      await freeze(broker.pid);
      const deadline = Date.now() + frozenMs;
      await Promise.all([readUntil(deadline), writeUntil(deadline), sleep(frozenMs)]);
    } finally {
      unfreeze(broker.pid);
    }
    const started = Date.now();
    const { time } = await system.load.acknowledgedAfter(started);
    report?.(`broker frozen for ${frozenMs / 1000} s: first write acknowledged after ${time - started} ms`);
    return time - started;
  });
};

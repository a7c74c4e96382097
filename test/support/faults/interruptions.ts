/** What interrupts a replica that follows its stream: a consumer that is gone, a broker that is silent. */

import { setTimeout as sleep } from 'node:timers/promises';
import { startTestBroker } from '../broker/broker.ts';
import { freeze, unfreeze } from '../broker/freeze.ts';
import { sendWithRetry } from '../http/idempotent-client.ts';
import type { Scenario } from './scenario.ts';
import { repeatUnderLoad, startLoadedSystem } from './under-load.ts';

/** Every consumer is deleted on the server; the time is until both replicas show a write that came after that. */
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
      if (response.status !== 200) throw new Error(`${each}/${id} answers ${await response.text()}`);
    }
    const milliseconds = performance.now() - started;
    report?.(`every consumer was deleted: replicas were current after ${Math.round(milliseconds)} ms`);
    return milliseconds;
  });
};

/** How long the broker is frozen, in milliseconds. */
const frozenMs = 20_000;
/** How long a write may take, in milliseconds, until it is answered with 503. */
const refusalMs = 20_000;
const readMs = 1_000;

/**
 * The broker is frozen for 20 s. Meanwhile reads are answered from memory and writes with 503, in time; the time is from
 * its awakening until a write passes that began after that.
 */
export const freezeBroker: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  const system = await startLoadedSystem({ broker, seed, defer });
  const [url = ''] = system.replicas.urls();

  async function readAllTheTime(until: number) {
    while (Date.now() < until) {
      const started = performance.now();
      const response = await fetch(`${url}?limit=10`);
      await response.arrayBuffer();
      const milliseconds = performance.now() - started;
      if (response.status !== 200 || milliseconds > readMs) {
        throw new Error(`a read answered ${response.status} after ${Math.round(milliseconds)} ms`);
      }
      await sleep(100);
    }
  }

  async function writeAllTheTime(until: number) {
    for (let id = 2_000_000; Date.now() < until; id++) {
      const started = performance.now();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id, title: 'while it was frozen', model: 'M1' }),
      });
      await response.arrayBuffer();
      const milliseconds = performance.now() - started;
      // One that is under way when the broker wakes may well pass.
      const isRefused = response.status === 503 || Date.now() > until - 1_000;
      if (!isRefused || milliseconds > refusalMs) {
        throw new Error(`a write answered ${response.status} after ${Math.round(milliseconds)} ms`);
      }
      await sleep(100);
    }
  }

  return repeatUnderLoad(system, rounds, async () => {
    try {
      await freeze(broker.pid);
      const until = Date.now() + frozenMs;
      await Promise.all([readAllTheTime(until), writeAllTheTime(until), sleep(frozenMs)]);
    } finally {
      unfreeze(broker.pid);
    }
    const started = Date.now();
    const { time } = await system.load.acknowledgedAfter(started);
    report?.(`the broker was frozen for ${frozenMs / 1000} s: a write passed ${time - started} ms later`);
    return time - started;
  });
};

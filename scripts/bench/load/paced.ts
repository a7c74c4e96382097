/** Sends HTTP requests at a fixed rate. */

import { Agent, request } from 'node:http';
import { headersOf, type HttpLoad } from './http-load.ts';
import { sendResult, pace, readJob, summarize } from './load-program.ts';

const { url, requests, connections, seconds, rate } = readJob<HttpLoad & { rate: number }>();
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const latencies: number[] = [];
const pending: Promise<void>[] = [];
const started = performance.now();
await pace(rate, seconds, (due, number) => {
  const next = requests[number % requests.length];
  if (next === undefined) return;
  const { method, path, body } = next;
  const headers = headersOf(next);
  pending.push(
    new Promise((resolve, reject) => {
      request(`${url}${path}`, { method, agent, headers }, (response) => {
        if ((response.statusCode ?? 500) >= 400) reject(new Error(`status ${response.statusCode}`));
        response.resume().once('end', () => {
          latencies.push(performance.now() - due);
          resolve();
        });
      })
        .once('error', reject)
        .end(body && JSON.stringify(body));
    }),
  );
});
await Promise.all(pending);
const perSecond = latencies.length / ((performance.now() - started) / 1000);
sendResult({ perSecond, ...summarize(latencies) });

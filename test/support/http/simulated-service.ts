/** A service for the tests of the client that replies without a network, and simulated time. */

import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { ProblemError } from '../../../src/kit/client/problem-error.ts';
import { createTransport, type TransportOptions } from '../../../src/kit/client/transport.ts';

export type Reply = () => Response | Promise<Response>;

export const ok: Reply = () => new Response('"done"');
export const failing =
  (status: number, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response('no problem document', { status, headers });

/** A service that handles requests with the replies in turn; the last one is repeated. */
export function createService(replies: readonly Reply[], options: Omit<TransportOptions, 'fetch'> = {}) {
  const requests: { url: string; method: string | undefined; headers: Headers; body: unknown }[] = [];
  const signals: (AbortSignal | null | undefined)[] = [];
  const transport = createTransport('http://service.invalid/base//', {
    ...options,
    async fetch(input, { method, headers, body, signal } = {}) {
      requests.push({
        url: input instanceof URL ? input.href : '',
        method,
        headers: new Headers(headers),
        body,
      });
      signals.push(signal);
      const reply = replies[Math.min(requests.length, replies.length) - 1] ?? ok;
      return await reply();
    },
  });
  return { transport, requests, signals };
}

export async function failureOf(promise: Promise<unknown>): Promise<ProblemError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('the request did not fail');
}

/** Advances the time until `promise` is settled. Returns the simulated time that this took, in ms. */
export async function settle(promise: Promise<unknown>, limitMs = 200_000): Promise<number> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let elapsedMs = 0; ; elapsedMs += stepMs) {
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    if (isSettled) return elapsedMs;
    assert.ok(elapsedMs < limitMs, `not settled within ${limitMs} ms`);
    mock.timers.tick(stepMs);
  }
}

export const stepMs = 25;
export const get = { method: 'GET', path: 'laptops/1' } as const;
export const enableTimers = () => mock.timers.enable({ apis: ['setTimeout'] });
export const resetTimers = () => mock.timers.reset();

/** Sends the requests of the clients and records their outcomes. */

import { z } from 'zod';
import type { Operation } from './history.ts';

export type LaptopRequest = Pick<Operation, 'client' | 'laptop' | 'method' | 'title' | 'ifMatch'>;

/** Time until a request without a response counts as unknown, in ms. The service retries for longer. */
const requestTimeoutMs = 6_000;

/** The parts that matter of a laptop and of a problem document. */
const Body = z.object({ title: z.string(), detail: z.string().optional() });

/** @param url base URL of a replica. */
export async function perform(url: string, request: LaptopRequest): Promise<Operation> {
  const call = Math.floor(performance.now() * 1000);
  try {
    const response = await send(url, request);
    const text = await response.text();
    return { ...request, call, return: now(), ...readOutcome(request, response, text) };
  } catch {
    // A timeout or a lost connection.
    return { ...request, call, return: now(), status: 0 };
  }
}

/** Microseconds of the monotonic clock, rounded up: an interval may be recorded as longer, but never as shorter than it was. */
function now(): number {
  return Math.ceil(performance.now() * 1000);
}

function send(url: string, { laptop, method, title, ifMatch }: LaptopRequest): Promise<Response> {
  const isPost = method === 'POST';
  const body = { ...(isPost && { id: laptop }), title, model: 'M1' };
  return fetch(isPost ? `${url}/laptops` : `${url}/laptops/${laptop}`, {
    method,
    signal: AbortSignal.timeout(requestTimeoutMs),
    headers: {
      'Content-Type': 'application/json',
      ...(method === 'GET' && { 'Wait-For-Position': 'latest' }),
      ...(ifMatch !== undefined && { 'If-Match': `"${ifMatch}"` }),
    },
    ...(title !== undefined && { body: JSON.stringify(body) }),
  });
}

function readOutcome(
  { method, title }: LaptopRequest,
  { status, headers }: Response,
  text: string,
): Pick<Operation, 'status' | 'version' | 'title' | 'contended'> {
  if (status === 503) return { status: 0, title };
  const version = /^"(\d+)/.exec(headers.get('ETag') ?? '')?.[1];
  const body = text === '' ? undefined : Body.parse(JSON.parse(text));
  return {
    status,
    title: method === 'GET' && status === 200 ? body?.title : title,
    ...(version !== undefined && { version: Number(version) }),
    // Two reasons share the code `conflict`, and only the text tells them apart.
    ...(status === 409 && { contended: body?.detail?.startsWith('Other writers') ?? false }),
  };
}

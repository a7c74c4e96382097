/** Sends the requests of the clients and records their outcomes. */

import { z } from 'zod';
import type { Operation } from './history.ts';

export type LaptopRequest = Pick<
  Operation,
  'client' | 'laptop' | 'method' | 'source' | 'key' | 'repeated' | 'title' | 'ifMatch'
>;

/** Time until a write without a response counts as unknown, in ms. The service retries for longer. */
const writeTimeoutMs = 6_000;

/** The same for a read, which says nothing without a response. A shorter time allows more reads during a fault. */
const readTimeoutMs = 2_000;

/** Time that a read waits for the latest state, in seconds. */
const waitSeconds = 1;

/** The parts that matter of a laptop and of a problem document. */
const Body = z.object({ title: z.string(), detail: z.string().optional() });

/** The parts that matter of a history. */
const History = z.array(
  z.object({ position: z.int(), event: z.object({ type: z.string(), title: z.string().optional() }) }),
);

/** @param url base URL of a replica. */
export async function perform(url: string, request: LaptopRequest): Promise<Operation> {
  const call = Math.floor(performance.now() * 1000);
  const answer = await receive(url, request);
  const end = now();
  const outcome = answer === undefined ? { status: 0 } : readOutcome(request, answer.response, answer.text);
  return { ...request, call, return: end, ...outcome };
}

/** Returns undefined after a timeout or a lost connection. */
async function receive(
  url: string,
  request: LaptopRequest,
): Promise<{ readonly response: Response; readonly text: string } | undefined> {
  try {
    const response = await send(url, request);
    return { response, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** Microseconds of the monotonic clock, rounded up: an interval may be recorded as longer, but never as shorter than it was. */
function now(): number {
  return Math.ceil(performance.now() * 1000);
}

function send(url: string, request: LaptopRequest): Promise<Response> {
  const { laptop, method, source, key, title, ifMatch } = request;
  const isPost = method === 'POST';
  const body = { ...(isPost && { id: laptop }), title, model: 'M1' };
  return fetch(`${url}${pathOf(request)}`, {
    method,
    signal: AbortSignal.timeout(method === 'GET' ? readTimeoutMs : writeTimeoutMs),
    headers: {
      'Content-Type': 'application/json',
      // A read as of a time does not depend on the position of the replica.
      ...(method === 'GET' &&
        source !== 'asOf' && { 'Wait-For-Position': 'latest', Prefer: `wait=${waitSeconds}` }),
      ...(key !== undefined && { 'Idempotency-Key': `"${key}"` }),
      ...(ifMatch !== undefined && { 'If-Match': `"${ifMatch}"` }),
    },
    ...(title !== undefined && { body: JSON.stringify(body) }),
  });
}

function pathOf({ laptop, method, source }: LaptopRequest): string {
  if (method === 'POST') return '/laptops';
  switch (source) {
    case undefined:
      return `/laptops/${laptop}`;
    case 'history':
      return `/laptops/${laptop}/events`;
    case 'asOf':
      // The servers and this process have the same clock, so this is the state at some time during the request.
      return `/laptops/${laptop}?asOf=${new Date().toISOString()}`;
  }
}

type Outcome = Pick<Operation, 'status' | 'version' | 'title' | 'contended'>;

function readOutcome(
  { method, source, title }: LaptopRequest,
  { status, headers }: Response,
  text: string,
): Outcome {
  if (status === 503) return { status: 0, title };
  if (source === 'history' && status === 200) return readHistory(text);
  const version = /^"(\d+)/.exec(headers.get('ETag') ?? '')?.[1];
  const body = text === '' ? undefined : Body.parse(JSON.parse(text));
  return {
    status,
    title: method !== 'DELETE' && status < 300 ? body?.title : title,
    ...(version !== undefined && { version: Number(version) }),
    // Two reasons share the code `conflict`, and only the text tells them apart.
    ...(status === 409 && { contended: body?.detail?.startsWith('Other writers') ?? false }),
  };
}

/** Returns the outcome of a GET of the laptop as its history ends. */
function readHistory(text: string): Outcome {
  const history = History.parse(JSON.parse(text));
  const last = history.at(-1);
  if (last === undefined || last.event.type === 'LaptopRemoved') return { status: 404 };
  const titles = history.flatMap(({ event: { title } }) => (title === undefined ? [] : [title]));
  return { status: 200, title: titles.at(-1), version: last.position };
}

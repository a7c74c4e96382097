import type { z } from 'zod';
import {
  formatWaitTargets,
  parseWaitTargets,
  waitTargetsPattern,
  type WaitTargets,
} from '../eventlog/freshness.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import type { CallOptions, ClientResponse, Transport } from './transport.ts';

export type ReadOptions = CallOptions & {
  /**
   * Wait until the service has applied this position (or one per named stream); `latest` waits for everything that was
   * acknowledged before the request.
   */
  readonly waitFor?: WaitTargets | undefined;
  /** Limit for that wait in seconds; the service's default is 5. */
  readonly waitSeconds?: number | undefined;
};

/**
 * Follows `next` links (RFC 8288, Web Linking). Requests each page when the previous one has been consumed. Each page reflects
 * at least what the previous one did.
 */
export async function* readPages<Item>(
  transport: Transport,
  path: string,
  schema: z.ZodType<Item[]>,
  options: ReadOptions,
): AsyncGenerator<Item, void> {
  let next: string | undefined = path;
  let { waitFor } = options;
  while (next !== undefined) {
    const headers = waitHeaders({ ...options, waitFor });
    const response = await transport.send({ method: 'GET', path: next, headers }, options);
    yield* readJson(schema, response.text);
    waitFor = waitForNext(waitFor, response);
    const query = /<[^>?]*(\?[^>]*)>;\s*rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
    next = query && path.split('?')[0] + query;
  }
}

/**
 * Returns what the next page waits for: the positions of all streams that this page reflects, which include what it waited
 * for. If the response states only the position of the service's own stream, and the client asked for other streams as well,
 * only `latest` includes all that the page showed of them.
 */
function waitForNext(waitFor: WaitTargets | undefined, { headers }: ClientResponse): WaitTargets {
  const shown = headers.get('Stream-Positions');
  if (shown !== null && waitTargetsPattern.test(shown)) return parseWaitTargets(shown);
  const position = readPosition(headers);
  if (waitFor === undefined) return position;
  return typeof waitFor === 'number' ? Math.max(waitFor, position) : 'latest';
}

export function waitHeaders({ waitFor, waitSeconds }: ReadOptions): Record<string, string> {
  return {
    ...(waitFor !== undefined && { 'Wait-For-Position': formatWaitTargets(waitFor) }),
    ...(waitSeconds !== undefined && { Prefer: `wait=${waitSeconds}` }),
  };
}

/** @throws ProblemError `not-understood` if the response has no `Stream-Position`. */
export function readPosition(headers: Headers): number {
  const position = headers.get('Stream-Position');
  if (position === null) throw new ProblemError('not-understood', 'The response has no Stream-Position.');
  return Number(position);
}

export type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Returns `?name=value…` for the defined values, or an empty string. */
export function toQuery(values: QueryParameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `?${query.toString()}` : '';
}

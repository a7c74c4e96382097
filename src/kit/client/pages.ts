/** Reads an answer that comes in pages (RFC 8288), and says how fresh it has to be. */

import type { z } from 'zod';
import { formatWanted, type Wanted } from '../eventlog/freshness.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import type { CallOptions, Transport } from './transport.ts';

export type ReadOptions = CallOptions & {
  /** Wait until this position shows, of each stream that is named, or everything that was acknowledged before (`latest`). */
  readonly waitFor?: Wanted | undefined;
  /** How long the service may wait for that, in seconds; its default is 5. */
  readonly waitSeconds?: number | undefined;
};

/** Asks for a page when the one before is used up; no page shows less than the first one did. */
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
    const answer = await transport.send({ method: 'GET', path: next, headers }, options);
    yield* readJson(schema, answer.text);
    if (typeof waitFor !== 'number') waitFor = readPosition(answer.headers);
    const query = /<[^>?]*(\?[^>]*)>;\s*rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
    next = query && path.split('?')[0] + query;
  }
}

/** The headers that ask for what `options` say. */
export function waitHeaders({ waitFor, waitSeconds }: ReadOptions): Record<string, string> {
  return {
    ...(waitFor !== undefined && { 'Wait-For-Position': formatWanted(waitFor) }),
    ...(waitSeconds !== undefined && { Prefer: `wait=${waitSeconds}` }),
  };
}

/** @throws ProblemError `not-understood` for an answer that does not say what it shows. */
export function readPosition(headers: Headers): number {
  const position = headers.get('Stream-Position');
  if (position === null) throw new ProblemError('not-understood', 'The answer has no Stream-Position.');
  return Number(position);
}

/** `?name=value…` of what is given; nothing when nothing is. */
export function toQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `?${query.toString()}` : '';
}

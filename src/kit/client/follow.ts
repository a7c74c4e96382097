/** Follows the live events over as many connections as it takes, without a gap or a repeat. */

import type { z } from 'zod';
import { FeedReset, type LiveEvent } from '../api/documents.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import { readServerSentEvents } from './server-sent-events.ts';
import { backOff, isPassing, pause, type CallOptions, type Transport } from './transport.ts';

export type FollowOptions<Type extends string> = CallOptions & {
  /** Begin after this position: that of a list, or of the last event seen. 0: from the beginning; default: what comes. */
  readonly after?: number;
  /** Only events of these types. */
  readonly types?: readonly Type[];
  /** Only events of this entity. */
  readonly id?: number;
};

/**
 * The stream does not have what comes after the position asked for: it was replaced, or the position is not its own.
 * Read the list again, waiting for `position`, and follow after that.
 */
export class EventsGone extends Error {
  override readonly name = 'EventsGone';
  readonly asked: number;
  readonly position: number;

  constructor({ asked, position }: FeedReset) {
    super(`The events after position ${asked} are not there; the present is ${position}.`);
    this.asked = asked;
    this.position = position;
  }
}

/** Nothing for this long, in milliseconds, is a dead connection: the service says something every 15 s. */
const silenceMs = 45_000;

/**
 * Ends when `signal` aborts; until then it comes back whenever the connection breaks.
 *
 * @throws EventsGone, and ProblemError for an answer that another try would not change.
 */
export async function* followEvents<Event>(
  transport: Transport,
  path: string,
  schema: z.ZodType<LiveEvent<Event>>,
  { after, types = [], id, token, signal }: FollowOptions<string>,
): AsyncGenerator<LiveEvent<Event>, void> {
  const query = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  if (id !== undefined) query.set('id', String(id));
  let lastEventId = after === undefined ? undefined : String(after);
  let failures = 0;

  while (!signal?.aborted) {
    let comeBackMs: number | undefined;
    try {
      const headers = {
        Accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      };
      const request = { method: 'GET', path: `${path}?${query.toString()}`, headers } as const;
      const { body } = await transport.open(request, { token, signal });
      if (body === null) throw new ProblemError('not-understood', 'The answer has no body.');
      for await (const incoming of readServerSentEvents(body, silenceMs)) {
        failures = 0;
        comeBackMs = incoming.retryMs ?? comeBackMs;
        lastEventId = incoming.id ?? lastEventId;
        if (incoming.data === undefined) continue;
        if (incoming.event === 'reset') throw new EventsGone(readJson(FeedReset, incoming.data));
        if (incoming.event === 'message') yield readJson(schema, incoming.data);
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isPassing(error)) throw error;
      comeBackMs ??= error.retryAfterMs;
    }
    failures += 1;
    await pause(comeBackMs ?? backOff(failures), signal).catch(() => undefined);
  }
}

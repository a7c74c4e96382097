import type { z } from 'zod';
import { FeedReset, type LiveEvent } from '../api/documents.ts';
import type { Id } from '../domain/entity-id.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import { readServerSentEvents } from './server-sent-events.ts';
import { backOff, isRetryable, delay, type CallOptions, type Transport } from './transport.ts';

/** Identifies an event that was received. */
export type SeenEvent = Pick<LiveEvent<unknown>, 'position' | 'time'>;

export type FollowOptions<Type extends string, Key extends Id = number> = CallOptions & {
  /**
   * Start after this position, for example that of a list response, or after this event, for example the last processed one.
   * With an event, it is noticed if the stream was replaced by an older copy in the meantime. 0: all events.
   * Default: new events only.
   */
  readonly after?: number | SeenEvent;
  /** Only events of these types. */
  readonly types?: readonly Type[];
  /** Only events of this entity. */
  readonly id?: Key;
};

/**
 * Thrown if the stream does not continue from the last event or the requested position: it was replaced, for example by an
 * older copy, it lost messages, or the position belongs to another stream. What was derived from its events is invalid: read
 * the list again with `waitFor: position`, then follow from there.
 */
export class EventsGone extends Error {
  override readonly name = 'EventsGone';
  readonly asked: number;
  readonly position: number;

  constructor({ asked, position }: FeedReset) {
    super(`The events after position ${asked} are not available. The current position is ${position}.`);
    this.asked = asked;
    this.position = position;
  }
}

/** A connection without data for this long is considered dead, in ms. The service sends a heartbeat every 15 s. */
const idleTimeoutMs = 45_000;

/**
 * Yields events without gaps or duplicates until `signal` aborts, and reconnects whenever the connection is lost. It then
 * continues after the last position, if the stream still holds the last event.
 *
 * @throws EventsGone, or ProblemError if retrying cannot help.
 */
export async function* followEvents<Event>(
  transport: Transport,
  path: string,
  schema: z.ZodType<LiveEvent<Event>>,
  { after, types = [], id, token, signal }: FollowOptions<string, Id>,
): AsyncGenerator<LiveEvent<Event>, void> {
  const query = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  if (id !== undefined) query.set('id', String(id));
  let seen = typeof after === 'object' ? after : undefined;
  let lastEventId = (typeof after === 'object' ? after.position : after)?.toString();
  let failures = 0;

  while (!signal?.aborted) {
    let reconnectDelayMs: number | undefined;
    try {
      const headers = {
        Accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
        ...(seen !== undefined && { 'Seen-Event': `${seen.position}=${seen.time}` }),
      };
      const request = { method: 'GET', path: `${path}?${query.toString()}`, headers } as const;
      const { body } = await transport.open(request, { token, signal });
      if (body === null) throw new ProblemError('not-understood', 'The response has no body.');
      for await (const incoming of readServerSentEvents(body, idleTimeoutMs)) {
        failures = 0;
        reconnectDelayMs = incoming.retryMs ?? reconnectDelayMs;
        lastEventId = incoming.id ?? lastEventId;
        if (incoming.data === undefined) continue;
        if (incoming.event === 'reset') throw new EventsGone(readJson(FeedReset, incoming.data));
        if (incoming.event !== 'message') continue;
        const event = readJson(schema, incoming.data);
        seen = { position: event.position, time: event.time };
        yield event;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isRetryable(error)) throw error;
      reconnectDelayMs ??= error.retryAfterMs;
    }
    failures += 1;
    await delay(reconnectDelayMs ?? backOff(failures), signal).catch(() => undefined);
  }
}

import type { z } from 'zod';
import { FeedReset, type LiveEvent } from '../api/responses/documents.ts';
import type { Id } from '../domain/entity-id.ts';
import { followEventStream, type Place } from '../event-stream/event-stream.js';
import { ConnectionLost } from '../event-stream/server-sent-events.js';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import { isRetryable, type CallOptions, type Transport } from './transport.ts';

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
  const place: Place = {
    lastEventId: (typeof after === 'object' ? after.position : after)?.toString(),
    seen: typeof after === 'object' ? after : undefined,
  };

  async function open(headers: Record<string, string>): Promise<ReadableStream<Uint8Array>> {
    const request = { method: 'GET', path: `${path}?${query.toString()}`, headers } as const;
    const { body } = await transport.open(request, { token, signal });
    if (body === null) throw new ProblemError('not-understood', 'The response has no body.');
    return body;
  }

  for await (const { event, data } of followEventStream({ open, place, onFailure, signal })) {
    if (event === 'reset') throw new EventsGone(readJson(FeedReset, data));
    if (event !== 'message') continue;
    const live = readJson(schema, data);
    place.seen = live;
    yield live;
  }
}

function onFailure(error: unknown): number | undefined {
  if (error instanceof ConnectionLost) return undefined;
  if (!isRetryable(error)) throw error;
  return error.retryAfterMs;
}

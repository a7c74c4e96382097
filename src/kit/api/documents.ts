/** What every service answers beside its entities, as schemas: the HTTP door describes it with them, a client checks it. */

import { z } from 'zod';
import type { DomainEvent } from '../domain/decider.ts';
import { EntityId } from '../domain/entity-id.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import { traceparentPattern } from './trace-context.ts';

const Position = z.int().min(1).meta({ description: 'The stream sequence.', example: 12 });
const Timestamp = z.iso
  .datetime()
  .meta({ description: 'When the broker stored it.', example: '2026-01-31T12:00:00.000Z' });
const MessageId = z.string().meta({ description: 'The id of the command that caused it.' });

/** The one version of W3C Trace Context that there is, and later ones as far as they look the same. */
export const Traceparent = z.string().regex(traceparentPattern).meta({
  description: 'The trace that it belongs to (W3C Trace Context).',
  example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});

/** A stored message that the fold refused. */
export const RejectedMessage = z
  .object({
    position: Position,
    time: Timestamp,
    subject: z.string().meta({ example: 'laptops.events.42' }),
    reason: z.string().meta({ example: 'not JSON' }),
  })
  .meta({ id: 'RejectedMessage', description: 'A stored message that the fold refused.' });
export type RejectedMessage = z.infer<typeof RejectedMessage>;

/** A message of one entity's history; `event` is the schema of the service's events. */
export function historyEntryOf<Event>(event: z.ZodType<Event>) {
  return z.object({
    position: Position,
    time: Timestamp,
    messageId: MessageId.optional(),
    traceparent: Traceparent.optional(),
    event: event.optional().meta({ description: "The event in today's shape; absent where it is none." }),
    rejected: z.string().optional().meta({ description: 'Why the fold refused it, if it did.' }),
  });
}
export type HistoryEntry<Event> = z.infer<ReturnType<typeof historyEntryOf<Event>>>;

/** The `data` of one of the live events; `event` is the schema of the service's events. */
export function liveEventOf<Event>(event: z.ZodType<Event>) {
  return z.object({
    position: Position,
    time: Timestamp,
    id: EntityId.meta({ description: 'The entity that it is about.' }),
    messageId: MessageId.optional(),
    traceparent: Traceparent.optional(),
    event,
  });
}
export type LiveEvent<Event> = z.infer<ReturnType<typeof liveEventOf<Event>>>;

/** The time of a message as the documents have it. */
export function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}

/** A message that the fold accepted, as the live events have it. */
export function toLiveEvent<Event extends DomainEvent>(
  { position, time, id = 0, messageId, traceparent }: StoredMessage<Event>,
  event: Event,
): LiveEvent<Event> {
  return { position, time: toTimestamp(time), id, messageId, traceparent, event };
}

/** The `data` of the `reset` among the live events: what was asked for is not in the stream. */
export const FeedReset = z.object({
  asked: z.int(),
  position: z.int().meta({ description: 'What comes next is what comes after this position.' }),
  first: z.int(),
  last: z.int(),
});
export type FeedReset = z.infer<typeof FeedReset>;

/** What a replica says of itself. A position that its stream's leader does not tell in time is null. */
export const ServiceStatus = z
  .object({
    service: z.string().meta({ example: 'laptops' }),
    replica: z.string().meta({ description: 'Which replica it is that answers.', example: 'laptops-0-17' }),
    version: z.string().meta({ example: '0.1.0' }),
    startedAt: z.iso.datetime().meta({ description: 'When the process could answer for the first time.' }),
    stream: z.string().meta({ description: "The service's own stream.", example: 'LAPTOPS' }),
    streams: z
      .record(
        z.string(),
        z.object({
          applied: z.int().meta({ description: 'The last position that this replica has applied.' }),
          last: z.int().nullable().meta({ description: 'The last position that the stream has.' }),
        }),
      )
      .meta({ description: 'By name, its own stream and those that it follows.' }),
    entities: z.int().meta({ description: 'How many entities the view holds, removed ones included.' }),
    rejected: z.int().meta({ description: 'How many messages the fold refused.' }),
    followers: z.int().meta({ description: 'How many clients follow the live events here.' }),
    brokerDownSince: z.iso.datetime().nullable().meta({
      description: 'When the connection to the event log was lost; null while it is up.',
    }),
    appends: z
      .object({
        count: z.int(),
        medianMs: z.number().nullable(),
        p99Ms: z.number().nullable(),
      })
      .meta({ description: 'Appends that the broker acknowledged, and how long the newest 200 took.' }),
    traceUrl: z.string().nullable().meta({
      description:
        'Where a person finds a trace, with `{traceId}` in place of its id; null where nobody said.',
      example: 'https://traces.example.com/trace/{traceId}',
    }),
  })
  .meta({ id: 'Status', description: 'What a replica says of itself.' });
export type ServiceStatus = z.infer<typeof ServiceStatus>;

/** RFC 9457, with `errors` for what is wrong inside a request (`pointer` is a JSON Pointer, RFC 6901). */
export const ProblemDocument = z
  .object({
    type: z.string().meta({
      description: 'Where the problem is explained.',
      format: 'uri-reference',
      example: '/problems/not-found',
    }),
    title: z.string().meta({ description: 'The same for every problem of this type.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status of the answer.', example: 404 }),
    detail: z
      .string()
      .meta({ description: 'What is wrong with this request.', example: 'There is no laptop 7.' }),
    errors: z
      .array(z.object({ pointer: z.string().meta({ example: '/title' }), detail: z.string() }))
      .optional()
      .meta({ description: 'Every place that is wrong.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

/**
 * Schemas of the responses that every service has, except its entities. The OpenAPI document describes responses with
 * them, and the client validates responses with them.
 */

import { z } from 'zod';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { HistoryEntry as FoldedMessage } from '../../domain/fold.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import { traceparentPattern } from '../events/trace-context.ts';

const Position = z.int().min(1).meta({ description: 'The stream sequence.', example: 12 });
const Timestamp = z.iso.datetime().meta({
  description: 'The time at which the broker stored the message.',
  example: '2026-01-31T12:00:00.000Z',
});
const MessageId = z.string().meta({ description: 'The id of the command that caused the event.' });

const Actor = z.string().meta({
  description: 'Who sent that command: the subject of the token, as claimed by the message.',
});

/** Version 00 of W3C Trace Context, and later versions with the same format. */
export const Traceparent = z.string().regex(traceparentPattern).meta({
  description: 'The trace context of the command that caused the event (W3C Trace Context).',
  example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});

export const RejectedMessage = z
  .object({
    position: Position,
    time: Timestamp,
    subject: z.string().meta({ example: 'laptops.events.42' }),
    reason: z.string().meta({ example: 'not JSON' }),
  })
  .meta({ id: 'RejectedMessage', description: 'A stored message that the fold rejected.' });
export type RejectedMessage = z.infer<typeof RejectedMessage>;

/** The messages of a stream over time, for the time bar of the web console. */
export const EventTimeline = z
  .object({
    position: z.int().meta({ description: 'The last position that is included.', example: 12 }),
    bucketMs: z.int().meta({
      description:
        'The width of an interval, in ms. It grows with the time range, so that there are at most 600 intervals.',
      example: 1000,
    }),
    buckets: z
      .array(
        z.object({
          time: z.iso.datetime().meta({ description: 'The begin of the interval.' }),
          position: Position.meta({ description: 'The position of its first message.' }),
          messages: z.int().meta({ description: 'How many messages were stored, including rejected ones.' }),
          rejected: z.int().meta({ description: 'How many of them were rejected.' }),
        }),
      )
      .meta({ description: 'The intervals with messages, oldest first.' }),
    versions: z
      .array(
        z.object({
          version: z.string().meta({ example: '0.2.0' }),
          position: Position.meta({ description: 'The position of its first event.' }),
          time: Timestamp,
        }),
      )
      .meta({
        description:
          'The versions of the service that began to append events, oldest first, as claimed by the messages.',
      }),
  })
  .meta({ id: 'EventTimeline', description: 'The messages of a stream over time.' });
export type EventTimeline = z.infer<typeof EventTimeline>;

/** What the publisher of a rejected message is told, on `<service>.rejections.<id>`. */
export const RejectionAnnouncement = z
  .object({
    position: Position,
    time: Timestamp,
    subject: z
      .string()
      .meta({ description: 'The subject of the rejected message.', example: 'docks.events.42' }),
    type: z.string().optional().meta({ description: 'The `type` in the message. Absent if it has none.' }),
    messageId: z.string().optional().meta({ description: 'The `Nats-Msg-Id` of the message.' }),
    reason: z
      .string()
      .meta({ description: 'Why the message was rejected.', example: 'the dock already exists' }),
    accepted: z.string().meta({ description: 'What would have been accepted.' }),
  })
  .meta({
    id: 'RejectionAnnouncement',
    description: 'A stored message was rejected by every replica.',
    examples: [
      {
        position: 12,
        time: '2026-01-31T12:00:00.000Z',
        subject: 'docks.events.42',
        type: 'DockRegistered',
        reason: 'the dock already exists',
        accepted: 'an event that follows from the earlier events on docks.events.42',
      },
    ],
  });
export type RejectionAnnouncement = z.infer<typeof RejectionAnnouncement>;

/** Returns the schema of a message in an entity's history. `event` is the schema of the service's events. */
export function historyEntryOf<Event>(event: z.ZodType<Event>) {
  return z.object({
    position: Position,
    time: Timestamp,
    messageId: MessageId.optional(),
    traceparent: Traceparent.optional(),
    actor: Actor.optional(),
    event: event.optional().meta({
      description: 'The event in its current version. Absent if the message is not a valid event.',
    }),
    rejected: z
      .string()
      .optional()
      .meta({ description: 'The reason why the fold rejected the message. Absent if it was accepted.' }),
  });
}
export type HistoryEntry<Event> = z.infer<ReturnType<typeof historyEntryOf<Event>>>;

/** Converts a message of a history. */
export function toHistoryEntry<Event extends DomainEvent>({
  message: { position, time, messageId, traceparent, actor, content },
  rejection,
}: FoldedMessage<Event>): HistoryEntry<Event> {
  return {
    position,
    time: toTimestamp(time),
    ...(messageId !== undefined && { messageId }),
    ...(traceparent !== undefined && { traceparent }),
    ...(actor !== undefined && { actor }),
    ...(!(content instanceof Rejection) && { event: content }),
    ...(rejection !== undefined && { rejected: rejection.reason }),
  };
}

/** Returns the schema of the `data` of a live event. `event` is the schema of the service's events, `id` their entities' ids. */
export function liveEventOf<Event>(event: z.ZodType<Event>, id: Pick<IdType, 'schema'> = integerId) {
  return z.object({
    position: Position,
    time: Timestamp,
    id: id.schema.meta({ description: 'The id of the entity.' }),
    messageId: MessageId.optional(),
    traceparent: Traceparent.optional(),
    actor: Actor.optional(),
    event,
  });
}
export type LiveEvent<Event, Key extends Id = Id> = Omit<
  z.infer<ReturnType<typeof liveEventOf<Event>>>,
  'id'
> & { readonly id: Key };

/** @param time milliseconds since the epoch. */
export function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}

/** Converts a message that the fold accepted. */
export function toLiveEvent<Event extends DomainEvent>(
  { position, time, id = 0, messageId, traceparent, actor }: StoredMessage<Event>,
  event: Event,
): LiveEvent<Event> {
  return { position, time: toTimestamp(time), id, messageId, traceparent, actor, event };
}

/** The `data` of a `reset` event: the client cannot continue at the position that it asked for. */
export const FeedReset = z.object({
  asked: z.int().meta({ description: 'The position after which the client wanted to continue.' }),
  position: z.int().meta({ description: 'The feed continues after this position.' }),
  first: z.int().meta({ description: 'The first position of the stream.' }),
  last: z.int().meta({ description: 'The last position of the stream.' }),
});
export type FeedReset = z.infer<typeof FeedReset>;

/** The status of a replica. `last` is null if the stream leader does not respond in time. */
export const ServiceStatus = z
  .object({
    service: z.string().meta({ example: 'laptops' }),
    replica: z.string().meta({ description: 'The replica that sent the response.', example: 'laptops-0-17' }),
    version: z.string().meta({ example: '0.1.0' }),
    startedAt: z.iso.datetime().meta({ description: 'The time at which the process became ready.' }),
    stream: z.string().meta({ description: "The service's own stream.", example: 'LAPTOPS' }),
    streams: z
      .record(
        z.string(),
        z.object({
          applied: z.int().meta({ description: 'The last position that this replica has applied.' }),
          last: z.int().nullable().meta({
            description: 'The last position of the stream. Null if the broker did not respond in time.',
          }),
        }),
      )
      .meta({ description: "The service's own stream and the followed streams, by name." }),
    entities: z.int().meta({ description: 'The number of entities in the view, including removed ones.' }),
    rejected: z.int().meta({ description: 'The number of messages that the fold rejected.' }),
    followers: z
      .int()
      .meta({ description: 'The number of clients that are connected to the event feed of this replica.' }),
    brokerDownSince: z.iso.datetime().nullable().meta({
      description:
        'The time at which the connection to the broker was lost, or since which a stream cannot be read. Null while all streams are read.',
    }),
    appends: z
      .object({
        count: z.int(),
        medianMs: z.number().nullable(),
        p99Ms: z.number().nullable(),
      })
      .meta({ description: 'Acknowledged appends, and the latency of the last 200.' }),
    process: z
      .object({
        memoryBytes: z.int().meta({ description: 'The resident memory.' }),
        heapBytes: z.int().meta({ description: 'The used part of the JavaScript heap.' }),
        heapLimitBytes: z.int().meta({ description: 'The process ends if the heap needs more.' }),
        eventLoopDelayMs: z.number().meta({
          description: 'How late timers were in the last seconds, 99th percentile.',
        }),
      })
      .meta({ description: 'The process of the replica.' }),
    snapshot: z
      .object({
        position: Position,
        time: Timestamp,
        bytes: z.int(),
      })
      .nullable()
      .meta({ description: "The latest snapshot of the service's own stream. Null if there is none." }),
    snapshotEvery: z.int().meta({
      description:
        'Number of messages after which a snapshot is due: SNAPSHOT_EVERY, or a quarter of the entities if that is more.',
    }),
    broker: z
      .object({
        server: z.string().meta({ description: 'The server that this replica is connected to.' }),
        leader: z.string().nullable().meta({ description: "The leader of the service's own stream." }),
        peers: z.array(
          z.object({
            server: z.string(),
            isCurrent: z.boolean().meta({ description: 'Whether it has all messages.' }),
            lag: z.int().meta({ description: 'The operations that it is behind.' }),
            lastContactMs: z.number().meta({ description: 'Since the leader heard from it.' }),
          }),
        ),
      })
      .nullable()
      .meta({
        description: 'The cluster that stores the stream. Null if the broker did not respond in time.',
      }),
    natsUrl: z.string().nullable().meta({
      description:
        'The address of the broker if it is on the same machine, for commands that people copy. Otherwise null.',
    }),
    traceUrl: z.string().nullable().meta({
      description:
        'URL template of the trace viewer, with the placeholder `{traceId}`. Null if it is not configured.',
      example: 'https://traces.example.com/trace/{traceId}',
    }),
  })
  .meta({ id: 'Status', description: 'The status of a replica.' });
export type ServiceStatus = z.infer<typeof ServiceStatus>;

/** What the status of a replica was at one time. Unknown values are null. */
export const StatusSample = z
  .object({
    time: z.iso.datetime().meta({ description: 'By the clock of the replica.' }),
    applied: z.int().meta({ description: "The position in the service's own stream." }),
    lag: z.int().nullable().meta({ description: 'Messages that it had not applied.' }),
    appendMs: z.number().nullable().meta({ description: 'The latency of the last 200 appends, median.' }),
    appendP99Ms: z.number().nullable().meta({ description: 'The same, 99th percentile.' }),
    eventLoopDelayMs: z.number().meta({ description: 'How late timers were, 99th percentile.' }),
    memoryBytes: z.int().meta({ description: 'The resident memory.' }),
    heapBytes: z.int().meta({ description: 'The used part of the JavaScript heap.' }),
  })
  .meta({ id: 'StatusSample', description: 'What the status of a replica was at one time.' });
export type StatusSample = z.infer<typeof StatusSample>;

/** A problem document (RFC 9457). `pointer` is a JSON Pointer (RFC 6901). */
export const ProblemDocument = z
  .object({
    type: z.string().meta({
      description: 'The URL of the description of this problem type.',
      format: 'uri-reference',
      example: '/problems/not-found',
    }),
    title: z.string().meta({ description: 'A summary, the same for every problem of this type.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status of the response.', example: 404 }),
    detail: z
      .string()
      .meta({ description: 'The reason why this request failed.', example: 'There is no laptop 7.' }),
    errors: z
      .array(z.object({ pointer: z.string().meta({ example: '/title' }), detail: z.string() }))
      .optional()
      .meta({ description: 'All invalid locations in the body.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

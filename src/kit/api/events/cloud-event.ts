/** Conversion of events to CloudEvents 1.0 in the JSON format, single or batched. */

import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { Traceparent, type LiveEvent } from '../responses/documents.ts';

/** Media types of a single event and of a batch (CloudEvents JSON format 1.0, sections 3 and 4). */
export const cloudEventMediaType = 'application/cloudevents+json';
export const cloudEventBatchMediaType = 'application/cloudevents-batch+json';

/** Number of digits of the largest position. Padding makes lexicographic order equal to numeric order. */
const sequenceDigits = 16;

/** Returns the schema of the envelope. `event` is the schema of the service's events. */
export function cloudEventOf<Event>(event: z.ZodType<Event>) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'The position. Unique together with `source`.', example: '12' }),
    source: z
      .string()
      .meta({ description: 'The collection of the service.', format: 'uri-reference', example: '/laptops' }),
    type: z.string().meta({ description: 'The type of the event.', example: 'LaptopAdded' }),
    subject: z.string().meta({ description: 'The id of the entity.', example: '42' }),
    time: z.iso.datetime().meta({
      description: 'The time at which the broker stored the event.',
      example: '2026-01-31T12:00:00.000Z',
    }),
    datacontenttype: z.literal('application/json'),
    data: event,
    sequence: z
      .string()
      .regex(/^[0-9]{16}$/)
      .meta({
        description:
          'The position with leading zeros, so that later events sort after earlier ones (extension Sequence).',
        example: '0000000000000012',
      }),
    messageid: z.string().optional().meta({ description: 'The id of the command that caused the event.' }),
    traceparent: Traceparent.optional(),
    actor: z.string().optional().meta({ description: 'Who sent that command (extension attribute).' }),
  });
}
export type CloudEvent<Event> = z.infer<ReturnType<typeof cloudEventOf<Event>>>;

/** @param source URI reference of the service, the same in every deployment. */
export function toCloudEvent<Event extends DomainEvent>(
  source: string,
  { position, time, id, messageId, traceparent, actor, event }: LiveEvent<Event>,
): CloudEvent<Event> {
  return {
    specversion: '1.0',
    id: String(position),
    source,
    type: event.type,
    subject: String(id),
    time,
    datacontenttype: 'application/json',
    data: event,
    sequence: String(position).padStart(sequenceDigits, '0'),
    messageid: messageId,
    traceparent,
    actor,
  };
}

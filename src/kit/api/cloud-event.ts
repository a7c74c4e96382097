/** An event as CloudEvents 1.0 wraps it, for those whose tools speak that: the JSON format, one by one or as a batch. */

import { z } from 'zod';
import type { DomainEvent } from '../domain/decider.ts';
import { Traceparent, type LiveEvent } from './documents.ts';

/** One event, and a JSON array of them (CloudEvents JSON format 1.0, sections 3 and 4). */
export const cloudEventMediaType = 'application/cloudevents+json';
export const cloudEventBatchMediaType = 'application/cloudevents-batch+json';

/** As many digits as the largest position has: then the order of the texts is that of the numbers. */
const sequenceDigits = 16;

/** The envelope around one of the events that `event` describes. */
export function cloudEventOf<Event>(event: z.ZodType<Event>) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'The position; unique together with `source`.', example: '12' }),
    source: z
      .string()
      .meta({ description: 'Whose events these are.', format: 'uri-reference', example: '/laptops' }),
    type: z.string().meta({ description: 'The type of the event.', example: 'LaptopAdded' }),
    subject: z.string().meta({ description: 'The id of the entity that it is about.', example: '42' }),
    time: z.iso
      .datetime()
      .meta({ description: 'When the broker stored it.', example: '2026-01-31T12:00:00.000Z' }),
    datacontenttype: z.literal('application/json'),
    data: event,
    sequence: z
      .string()
      .regex(/^[0-9]{16}$/)
      .meta({
        description:
          'The position with leading zeros: a later event has a greater text (extension Sequence).',
        example: '0000000000000012',
      }),
    messageid: z.string().optional().meta({ description: 'The id of the command that caused it.' }),
    traceparent: Traceparent.optional(),
  });
}
export type CloudEvent<Event> = z.infer<ReturnType<typeof cloudEventOf<Event>>>;

/** @param source the same for every event of a service, wherever it runs: a URI reference. */
export function toCloudEvent<Event extends DomainEvent>(
  source: string,
  { position, time, id, messageId, traceparent, event }: LiveEvent<Event>,
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
  };
}

/** Schemas of the event log: pages of the stored messages, and one message as it is stored. */

import { z } from 'zod';
import { integerId, type IdType } from '../../domain/id-type.ts';
import { historyEntryOf } from './documents.ts';

/** Returns the schema of a message in the log. `event` is the schema of the service's events, `id` their entities' ids. */
export function logEntryOf<Event>(event: z.ZodType<Event>, id: Pick<IdType, 'schema'> = integerId) {
  return historyEntryOf(event).extend({
    subject: z.string().meta({ example: 'laptops.events.42' }),
    id: id.schema
      .optional()
      .meta({ description: 'The id of the entity. Absent if the subject does not end in an id.' }),
    payload: z
      .string()
      .optional()
      .meta({ description: 'The beginning of the stored payload, if the message is not a valid event.' }),
  });
}
export type LogEntry<Event> = z.infer<ReturnType<typeof logEntryOf<Event>>>;

/** Returns the schema of a page. `entry` is that of a message. */
export function logPageOf<Entry>(entry: z.ZodType<Entry>) {
  return z.object({
    from: z.int().meta({ description: 'The first position that was examined.' }),
    to: z.int().meta({ description: 'The last position that was examined.' }),
    next: z.int().optional().meta({
      description: 'Where to continue. Absent if everything up to the requested end was examined.',
    }),
    last: z.int().meta({ description: 'The position that this replica has applied: the end of the log.' }),
    entries: z.array(entry).meta({
      description:
        'The messages that match, in order. Positions without a message were deleted, or never had one.',
    }),
  });
}

/** Returns the schema of a message with everything that the stream holds of it. */
export function loggedMessageOf<Event>(event: z.ZodType<Event>, id?: Pick<IdType, 'schema'>) {
  return logEntryOf(event, id).extend({
    headers: z
      .record(z.string(), z.array(z.string()))
      .meta({ description: 'The headers of the stored message.', example: { 'Nats-Msg-Id': ['add-42'] } }),
    payload: z.string().meta({ description: 'The stored payload, as text or in base64.' }),
    encoding: z.enum(['text', 'base64']).meta({ description: 'base64 if the payload is not UTF-8.' }),
    accepted: z.string().optional().meta({
      description: 'What would have been accepted instead. Absent if the message was accepted.',
    }),
  });
}
export type LoggedMessageDocument<Event> = z.infer<ReturnType<typeof loggedMessageOf<Event>>>;

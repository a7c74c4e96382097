/** The query parameters of the log. */

import { z } from 'zod';
import { EntityId, type Id } from '../../domain/entity-id.ts';
import { isTextId, type IdType } from '../../domain/id-type.ts';
import { limitOf } from '../protocol/paging.ts';
import { parseTime } from '../protocol/time.ts';

/** Messages that a request examines. */
const defaultLimit = 100;
const maxLimit = 10_000;

export const PositionParam = z
  .string()
  .regex(/^[1-9][0-9]{0,14}$/, 'must be a position (1, 2, 3 …)')
  .transform(Number)
  .meta({ description: 'The position of the message.', example: 12 });

const Time = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text);
    if (time === undefined)
      context.addIssue('must be an RFC 3339 time with a UTC offset (2026-01-31T12:00:00Z)');
    return time ?? 0;
  })
  .meta({ format: 'date-time' });

/** Returns the schema of an id as text, as in a query string. */
export function textOfId(type: IdType): z.ZodType<Id> {
  if (isTextId(type)) return type.schema;
  return z
    .string()
    .regex(/^[1-9][0-9]{0,15}$/, `must be ${type.description}`)
    .transform(Number)
    .pipe(EntityId);
}

export function typeFilter(eventTypes: readonly string[]) {
  const EventType = z.enum(eventTypes);
  return z
    .union([EventType, z.array(EventType)], `must be one of ${eventTypes.join(', ')}`)
    .optional()
    .meta({ description: 'Only events of this type. May be repeated.' });
}

export function logQuery(noun: string, eventTypes: readonly string[], id: IdType) {
  return z.strictObject({
    from: PositionParam.optional().meta({ description: 'The first position. Default: 1.' }),
    to: PositionParam.optional().meta({ description: 'The last position. Default: the end of the log.' }),
    at: Time.optional().meta({
      description:
        'Start with the first message that was stored at this time or later (RFC 3339). Overrides `from`.',
      example: '2026-01-31T12:00:00Z',
    }),
    limit: limitOf(defaultLimit, maxLimit).meta({
      description: 'Maximum number of messages that are examined, whether they match or not.',
    }),
    type: typeFilter(eventTypes),
    id: textOfId(id)
      .optional()
      .meta({ description: `Only messages of this ${noun}.` }),
    actor: z.string().optional().meta({ description: 'Only messages that this actor has sent.' }),
    text: z.string().min(1).optional().meta({
      description: 'Only messages that contain this text, in upper or lower case.',
    }),
    rejected: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional()
      .meta({ description: '`true`: only rejected messages; `false`: only accepted ones.' }),
  });
}

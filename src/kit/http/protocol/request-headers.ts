/** The schemas of the request headers. Each operation declares the headers that it reads. */

import { z } from 'zod';
import { messageIdSyntax } from '../../eventlog/execute.ts';
import { waitTargetsPattern } from '../../eventlog/freshness.ts';
import { seenEventPattern } from './seen-event.ts';

/** Stored as `Nats-Msg-Id`. The IETF draft requires a quoted string; an unquoted value is accepted as well. */
const IdempotencyKey = z
  .string()
  .regex(
    new RegExp(`^(?:"${messageIdSyntax}"|${messageIdSyntax})$`),
    'must be 1 to 255 visible ASCII characters',
  )
  .meta({
    description:
      'A request that stored events gets the same response if it is repeated with the same key, and is not executed ' +
      'again. The key is remembered for at least the next 100,000 stored events. The key of a request that stored ' +
      'nothing is not remembered, so a repeated request is decided again: a DELETE that found nothing removes an entity ' +
      'that was added in between. If-Match prevents this.',
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  });

/** One or more tags, with empty list elements (RFC 9110, sections 5.6.1.2 and 8.8.3), or `*`. Takes linear time. */
const entityTagsPattern =
  /^(?:[ \t]*\*[ \t]*|[ \t,]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t,]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*[ \t,]*)$/;

/** A list of entity tags, or `*` (RFC 9110, section 13.1). */
const EntityTags = z
  .string()
  .regex(
    entityTagsPattern,
    'must be * (alone), or a list of entity tags in double quotes, such as "12" or "12", W/"13"',
  );

/** Schemas by header name. HTTP header names are case-insensitive; Node.js provides them in lower case. */
export const requestHeaderSchemas = {
  'Idempotency-Key': IdempotencyKey,
  'If-Match': EntityTags.meta({
    description:
      'Apply the request only if the entity is at one of these versions (strong comparison), otherwise return 412. `*`: ' +
      'only if it exists; if the path names an item of a list in the entity, only if the list has this item.',
    example: '"12"',
  }),
  'If-None-Match': EntityTags.meta({
    description:
      'GET: return 304 without a body if the content has one of these tags. Otherwise: apply the request only if the entity ' +
      'is at none of these versions (weak comparison), otherwise return 412. `*`: only if it does not exist; if the path ' +
      'names an item of a list in the entity, only if the list does not have this item.',
    example: '"12"',
  }),
  'Wait-For-Position': z
    .string()
    .regex(
      waitTargetsPattern,
      'must be a position (0, 1, 2 …), "latest", or a list with one of these per stream: LAPTOPS=12, PORTS=7',
    )
    .meta({
      description:
        'Wait until this replica has applied this position; `latest`: all writes that were acknowledged before the ' +
        'request. If the service follows other streams, a position per stream may be given: `LAPTOPS=12, PORTS=7`.',
      example: 'latest',
    }),
  'Last-Event-ID': z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be a position (0, 1, 2 …)')
    .meta({ description: 'Start after this position. Default: only new events.', example: '12' }),
  'Seen-Event': z
    .string()
    .regex(seenEventPattern, 'must be the position and the time of an event: 12=2026-01-31T12:00:00.000Z')
    .meta({
      description:
        'Position and `time` of the last event that the client has received, or `Last-Event` of the list that it has read. If the stream was replaced, for example by an ' +
        'older copy, and has another message at this position, the client cannot continue.',
      example: '12=2026-01-31T12:00:00.000Z',
    }),
  'Request-Id': z.string().meta({
    description:
      'Client-generated id of the request. It is returned in the response and logged. Default: a new id.',
    example: 'order-7',
  }),
  Prefer: z
    .string()
    .meta({ description: '`wait=<seconds>` limits the wait for a position (RFC 7240).', example: 'wait=2' }),
} as const;

export type RequestHeaderName = keyof typeof requestHeaderSchemas;

/** The headers above and `traceparent`. CORS allows cross-origin clients to send them. */
export const requestHeaderNames: readonly string[] = [...Object.keys(requestHeaderSchemas), 'traceparent'];

/** The values of an operation's headers; undefined for those that the request does not have. */
export type RequestHeaders = {
  readonly [Name in RequestHeaderName]?: string | undefined;
} & {
  /** The trace context of the request, received or newly created; undefined if there is none. */
  readonly traceparent?: string | undefined;
};

/** Returns the schema of an object with these headers. */
export function requestHeaderSchema(names: readonly RequestHeaderName[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, requestHeaderSchemas[name].optional()])));
}

/** The request headers that mean something here, each with its form; an operation names those that it reads. */

import { z } from 'zod';
import { messageIdForm } from '../../eventlog/execute.ts';
import { wantedPattern } from '../../eventlog/freshness.ts';

/** Ends up as `Nats-Msg-Id`. The draft's value is a quoted string; a bare one is taken as well. */
const IdempotencyKey = z
  .string()
  .regex(new RegExp(`^(?:"${messageIdForm}"|${messageIdForm})$`), 'must be 1 to 255 visible ASCII characters')
  .meta({
    description:
      'The same request sent again with the same key is carried out once, and gets the same answer.',
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  });

/** A list of entity tags, or `*` (RFC 9110, section 13.1). */
const EntityTags = z
  .string()
  .regex(
    /^\s*(?:\*|(?:[\s,]*(?:W\/)?"[\x21\x23-\x7e]*"\s*(?:,|$))+[\s,]*)\s*$/,
    'must be * or a list of entity tags such as "12"',
  );

/** Every request header by its name; HTTP sends them in any case, Node gives them in lower case. */
const all = {
  'Idempotency-Key': IdempotencyKey,
  'If-Match': EntityTags.meta({
    description: 'Change the entity only if it is at one of these versions; `*`: if it is there.',
    example: '"12"',
  }),
  'If-None-Match': EntityTags.meta({
    description: 'Answer 304 without a body if the entity is at one of these versions.',
    example: '"12"',
  }),
  'Wait-For-Position': z
    .string()
    .regex(
      wantedPattern,
      'must be a position (0, 1, 2 …), "latest", or one of these for each stream: LAPTOPS=12, PORTS=7',
    )
    .meta({
      description:
        'Answer when this position is applied; `latest`: when everything is that was acknowledged before the request. ' +
        'Of a service that follows several streams, each may be named: `LAPTOPS=12, PORTS=7`.',
      example: 'latest',
    }),
  'Last-Event-ID': z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be a position (0, 1, 2 …)')
    .meta({ description: 'Begin after this position; without it, with what comes.', example: '12' }),
  'Request-Id': z.string().meta({
    description: 'An id of your own for this request, answered and logged; without one it gets a new one.',
    example: 'order-7',
  }),
  Prefer: z
    .string()
    .meta({ description: '`wait=<seconds>` bounds the wait for a position (RFC 7240).', example: 'wait=2' }),
} as const;

export type RequestHeaderName = keyof typeof all;

/** Every one of them: pages of other origins may send these, where any may. */
export const requestHeaderNames: readonly string[] = [...Object.keys(all), 'traceparent'];

/** The values of the headers that an operation names; undefined where the request has none. */
export type RequestHeaders = {
  readonly [Name in RequestHeaderName]?: string | undefined;
} & {
  /** The request's own place in its trace, whether it came with one or begins one; undefined: it has none. */
  readonly traceparent?: string | undefined;
};

/** The schema of the named headers, by their names. */
export function requestHeaderSchema(names: readonly RequestHeaderName[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, all[name].optional()])));
}

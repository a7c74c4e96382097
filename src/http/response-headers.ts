/** The response headers that clients may rely on, as the OpenAPI document describes them. */

import { z } from 'zod';

export const responseHeaders = {
  'Request-Id': z
    .string()
    .meta({ description: 'The id of this request, the one that the client gave or a new one.' }),
  'Stream-Position': z.string().meta({
    description: 'The position that the answer shows; of a write, where its event landed.',
    example: '12',
  }),
  ETag: z
    .string()
    .meta({ description: 'The version of the entity: the position of its last message.', example: '"12"' }),
  Age: z
    .string()
    .meta({
      description: 'Only while the event log is away: for how many seconds nothing new could be seen.',
      example: '7',
    })
    .optional(),
  Location: z.string().meta({ description: 'Where the new entity is.', example: '/laptops/1' }),
  Link: z
    .string()
    .meta({
      description: 'The next page, where there is one (RFC 8288).',
      example: '</laptops?limit=1000&after=1000>; rel="next"',
    })
    .optional(),
  'Retry-After': z
    .string()
    .meta({ description: 'Seconds after which another try makes sense.', example: '1' }),
  Allow: z.string().meta({ description: 'The methods that this path knows.', example: 'HEAD, GET, POST' }),
} as const;

export type ResponseHeaderName = keyof typeof responseHeaders;

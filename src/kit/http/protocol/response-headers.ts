/** The response headers that clients may rely on, as the OpenAPI document describes them. */

import { z } from 'zod';

const wholeNumber = /^[0-9]+$/;

export const responseHeaders = {
  'Request-Id': z.string().meta({
    description: 'The id of this request, the one that the client gave or a new one.',
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
    header: { id: 'Request-Id' },
  }),
  'Stream-Position': z
    .string()
    .regex(wholeNumber)
    .meta({
      description: 'The position that the answer shows; of a write, where its event landed.',
      example: '12',
      header: { id: 'Stream-Position' },
    }),
  ETag: z
    .string()
    .regex(/^(?:W\/)?"[^"]*"$/)
    .meta({
      description: 'The version of what is shown; of an entity, the position of its last message.',
      example: '"12"',
      header: { id: 'ETag' },
    }),
  Age: z
    .string()
    .regex(wholeNumber)
    .optional()
    .meta({
      description: 'Only while the event log is away: for how many seconds nothing new could be seen.',
      example: '7',
      header: { id: 'Age' },
    }),
  Location: z.string().meta({
    description: 'Where the new entity is.',
    example: '/laptops/1',
    header: { id: 'Location' },
  }),
  Link: z
    .string()
    .optional()
    .meta({
      description: 'The next page, where there is one (RFC 8288).',
      example: '</laptops?limit=1000&after=1000>; rel="next"',
      header: { id: 'Link' },
    }),
  'Retry-After': z
    .string()
    .regex(wholeNumber)
    .meta({
      description: 'Seconds after which another try makes sense.',
      example: '1',
      header: { id: 'Retry-After' },
    }),
  RateLimit: z
    .string()
    .meta({
      description: 'Only where requests are limited: what is left of this second, and how long it lasts.',
      example: '"steady";r=9;t=1',
    })
    .optional(),
  'RateLimit-Policy': z
    .string()
    .meta({
      description: 'Only where requests are limited: how many a client may send (q) in so many seconds (w).',
      example: '"steady";q=10;w=1',
    })
    .optional(),
  'WWW-Authenticate': z.string().meta({
    description: 'What a token must be (RFC 6750).',
    example: 'Bearer realm="portside", scope="laptops:write"',
  }),
  Vary: z.string().meta({
    description: 'Which request headers decide what the answer looks like.',
    example: 'Accept, Accept-Encoding',
    header: { id: 'Vary' },
  }),
  'Cache-Control': z.string().meta({
    description: 'How long the answer may be used again.',
    example: 'no-cache',
    header: { id: 'Cache-Control' },
  }),
  'Content-Security-Policy': z.string().meta({
    description: 'What the page may load: nothing foreign.',
    example: "default-src 'self'",
    header: { id: 'Content-Security-Policy' },
  }),
  Allow: z.string().meta({
    description: 'The methods that this path knows.',
    example: 'HEAD, GET, POST',
    header: { id: 'Allow' },
  }),
} as const;

export type ResponseHeaderName = keyof typeof responseHeaders;

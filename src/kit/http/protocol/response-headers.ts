/** The response headers in the OpenAPI document. CORS exposes them to cross-origin clients. */

import { z } from 'zod';
import { defaultProduct } from '../../domain/product.ts';
import { waitTargetsPattern } from '../../eventlog/freshness.ts';
import { seenEventPattern } from './seen-event.ts';

const wholeNumber = /^[0-9]+$/;

export const responseHeaders = {
  'Request-Id': z.string().meta({
    description: 'The id of this request, provided by the client or newly generated.',
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
    header: { id: 'Request-Id' },
  }),
  'Stream-Position': z
    .string()
    .regex(wholeNumber)
    .meta({
      description: 'The stream position that the response reflects; for a write, the position of its event.',
      example: '12',
      header: { id: 'Stream-Position' },
    }),
  'Stream-Positions': z
    .string()
    .regex(waitTargetsPattern)
    .optional()
    .meta({
      description:
        'The position of each stream that the page reflects; not sent with `asOf`. Send it as `Wait-For-Position` to get ' +
        'a next page that reflects at least as much.',
      example: 'LAPTOPS=12, PORTS=7',
      header: { id: 'Stream-Positions' },
    }),
  'Last-Event': z
    .string()
    .regex(seenEventPattern)
    .optional()
    .meta({
      description:
        'Position and time of the last event that the list reflects, unless there is none. Send it as `Seen-Event` to ' +
        'follow the events after the list.',
      example: '12=2026-01-31T12:00:00.000Z',
      header: { id: 'Last-Event' },
    }),
  ETag: z
    .string()
    .regex(/^(?:W\/)?"[^"]*"$/)
    .meta({
      description: 'The version of the content. For an entity, it contains the position of its last message.',
      example: '"12"',
      header: { id: 'ETag' },
    }),
  Age: z
    .string()
    .regex(wholeNumber)
    .optional()
    .meta({
      description:
        'Sent only while the event log is unreachable or a stream of it cannot be read: for how many seconds.',
      example: '7',
      header: { id: 'Age' },
    }),
  Location: z.string().meta({
    description: 'The path of the new entity.',
    example: '/laptops/1',
    header: { id: 'Location' },
  }),
  Link: z
    .string()
    .optional()
    .meta({
      description: 'The next page, if there is one (RFC 8288).',
      example: '</laptops?limit=1000&after=1000>; rel="next"',
      header: { id: 'Link' },
    }),
  'Retry-After': z
    .string()
    .regex(wholeNumber)
    .meta({
      description: 'Number of seconds after which to retry.',
      example: '1',
      header: { id: 'Retry-After' },
    }),
  RateLimit: z
    .string()
    .meta({
      description:
        'Sent only with a rate limit: the remaining requests (r), and the seconds until the window ends (t).',
      example: '"steady";r=9;t=1',
    })
    .optional(),
  'RateLimit-Policy': z
    .string()
    .meta({
      description:
        'Sent only with a rate limit: the number of requests (q) allowed in a window of seconds (w).',
      example: '"steady";q=10;w=1',
    })
    .optional(),
  'WWW-Authenticate': z.string().meta({
    description: 'The required authentication (RFC 6750).',
    example: `Bearer realm="${defaultProduct.name}", scope="laptops:write"`,
  }),
  Vary: z.string().meta({
    description: 'The request headers that the content of the response depends on.',
    example: 'Accept, Accept-Encoding',
    header: { id: 'Vary' },
  }),
  'Cache-Control': z.string().meta({
    description: 'How the response may be cached.',
    example: 'no-cache',
    header: { id: 'Cache-Control' },
  }),
  'Content-Security-Policy': z.string().meta({
    description: 'The resources that the page may load: only those of its own origin.',
    example: "default-src 'self'",
    header: { id: 'Content-Security-Policy' },
  }),
  Accept: z.string().optional().meta({
    description: 'The media types of a body that the service accepts. Sent if the request has another one.',
    example: 'application/json',
  }),
  'Accept-Patch': z.string().optional().meta({
    description: 'The media type of a patch that the service accepts (RFC 5789).',
    example: 'application/merge-patch+json',
  }),
  'Accept-Encoding': z.string().optional().meta({
    description: 'How a body may be encoded. Sent if the request has a compressed one.',
    example: 'identity',
  }),
  Allow: z.string().meta({
    description: 'The methods that this path supports.',
    example: 'HEAD, GET, POST',
    header: { id: 'Allow' },
  }),
} as const;

export type ResponseHeaderName = keyof typeof responseHeaders;

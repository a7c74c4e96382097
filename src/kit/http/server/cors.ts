/** Cross-origin resource sharing (the Fetch standard, "HTTP extensions"). */

import cors from '@koa/cors';
import type { Middleware } from 'koa';
import { requestHeaderNames } from '../protocol/request-headers.ts';
import { responseHeaders } from '../protocol/response-headers.ts';

/** How long a browser may cache the response to a preflight request, in seconds. */
const maxAgeSeconds = 600;

/** Allows these origins (`*`: all) to use the operations and read the responses, without credentials. */
export function createCors(origins: readonly string[]): Middleware {
  const allowsAny = origins.includes('*');
  return cors({
    origin: allowsAny
      ? '*'
      : ({ request }) => origins.find((origin) => origin === request.get('Origin')) ?? '',
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [...requestHeaderNames, 'Authorization', 'Content-Type'],
    exposeHeaders: Object.keys(responseHeaders),
    maxAge: maxAgeSeconds,
    // The application converts errors to responses and keeps the headers that are already set.
    keepHeadersOnError: false,
  });
}

/** What pages of other origins may do in a browser (the Fetch standard, "HTTP extensions"). */

import cors from '@koa/cors';
import type { Middleware } from 'koa';
import { requestHeaderNames } from '../protocol/request-headers.ts';
import { responseHeaders } from '../protocol/response-headers.ts';

/** Seconds for which a browser may remember what a preflight said. */
const maxAgeSeconds = 600;

/** Lets pages of these origins (`*`: of all) read answers and send what our operations take; never with cookies. */
export function createCors(origins: readonly string[]): Middleware {
  const any = origins.includes('*');
  return cors({
    origin: any ? '*' : ({ request }) => origins.find((origin) => origin === request.get('Origin')) ?? '',
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowHeaders: [...requestHeaderNames, 'Authorization', 'Content-Type'],
    exposeHeaders: Object.keys(responseHeaders),
    maxAge: maxAgeSeconds,
    // Every answer leaves by one exit, with the headers that it has by then.
    keepHeadersOnError: false,
  });
}

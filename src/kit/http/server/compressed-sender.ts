import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import { reportErrors, type AppOptions } from './app.ts';
import { createCompression } from './compression.ts';
import type { PlainContext } from './plain-context.ts';

/** Returns a function that sends a response through Koa, whose middleware compresses it. */
export function createCompressedSender(
  onInternalError: AppOptions['onInternalError'],
): (context: PlainContext, response: ServerResponse) => void {
  const compression = createCompression();
  const contexts = new WeakMap<IncomingMessage, PlainContext>();
  const app = new Koa();
  reportErrors(app, onInternalError);
  app.use(async (ctx) => {
    const { status, headers = [], content } = contexts.get(ctx.req) ?? {};
    Object.assign(ctx, { status, body: content });
    for (let index = 0; index < headers.length; index += 2) {
      ctx.set(headers[index] ?? '', headers[index + 1] ?? '');
    }
    await compression(ctx);
  });
  const respond = app.callback();
  return (context, response) => {
    contexts.set(context.req, context);
    void respond(context.req, response);
  };
}

/** Routes made from operations: see what a request may, parse what it gives, then let the operation answer. */

import { Router, type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { Problem } from '../../domain/problem.ts';
import { mediaTypesOf, negotiate } from './accept.ts';
import { createCompression, type Compression } from './compression.ts';
import { isWrite, type Operation } from './operation.ts';
import { stateOf } from './request-state.ts';
import { parseBody, parseHeaders, parseId, parseParams, parseQuery } from './parse.ts';

export type RouterOptions = {
  /** Lets a write pass, or throws the problem to answer with; undefined: anyone may write. */
  readonly authorizeWrite?: ((ctx: Context) => Promise<void>) | undefined;
};

type Handler = (ctx: RouterContext) => Promise<void>;

/** One route per path, which knows its methods: so a path that is there never falls through to one with a parameter. */
export function createRouter(operations: readonly Operation[], options: RouterOptions = {}): Router {
  const router = new Router();
  const compress = createCompression();
  const handlers = new Map<string, Map<string, Handler>>();
  /** The first of the paths that lead to the same. */
  const routes = new Map<string, string>();
  const wildcards = new Map<string, string | undefined>();
  for (const operation of operations) {
    const handler = createHandler(operation, options, compress);
    for (const path of operation.paths) {
      const ofPath = handlers.get(path) ?? new Map<string, Handler>();
      handlers.set(path, ofPath);
      routes.set(path, operation.paths[0]);
      wildcards.set(path, operation.wildcard);
      ofPath.set(operation.method.toUpperCase(), handler);
      if (operation.method === 'get') ofPath.set('HEAD', handler);
    }
  }
  for (const [path, ofPath] of handlers) {
    const allowed = [...ofPath.keys(), 'OPTIONS'].join(', ');
    const refuse: Handler = async (ctx) => {
      ctx.set('Allow', allowed);
      if (ctx.method !== 'OPTIONS') {
        throw new Problem('method-not-allowed', `${ctx.method} is not allowed at ${ctx.path}.`);
      }
      ctx.status = 204;
    };
    const route = routes.get(path) ?? path;
    router.all(toRouterPath(path, wildcards.get(path)), (ctx) => {
      stateOf(ctx).route = route;
      return (ofPath.get(ctx.method) ?? refuse)(ctx);
    });
  }
  return router;
}

function createHandler(
  operation: Operation,
  { authorizeWrite }: RouterOptions,
  compress: Compression,
): Handler {
  const { params, query, headers = [], body, handle } = operation;
  const mediaTypes = mediaTypesOf(operation);
  const writes = isWrite(operation);

  return async (ctx) => {
    if (writes) await authorizeWrite?.(ctx);
    const accepted = negotiate(ctx, mediaTypes);
    const id = ctx.params['id'];
    const input = {
      ctx,
      id: id === undefined ? 0 : parseId(id),
      params: params === undefined ? undefined : parseParams(params, ctx.params),
      query: query === undefined ? undefined : parseQuery(query, ctx.query),
      headers: parseHeaders(headers, ctx.req.headers, stateOf(ctx).traceparent),
      accepted,
      body: body === undefined ? undefined : await parseBody(body, ctx),
    };
    // What the schemas of this operation gave is what its handler takes: `defineOperation` has seen to that.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    await handle(input as Parameters<Operation['handle']>[0]);
    if (!writes) await compress(ctx);
  };
}

/** `/ports/{id}` → `/ports/:id`; with the wildcard `module`, `/page/{module}` → `/page/*module` */
export function toRouterPath(path: string, wildcard?: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `${name === wildcard ? '*' : ':'}${name}`);
}

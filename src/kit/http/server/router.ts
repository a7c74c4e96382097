/** Creates the routes of the operations. A route authorizes the request, parses it, and calls the operation's handler. */

import { Router, type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { mergePatchMediaType } from '../../api/requests/media-types.ts';
import type { IdType } from '../../domain/id-type.ts';
import { Problem } from '../../domain/problem.ts';
import { mediaTypesOf, negotiate } from './accept.ts';
import { createCompression, type Compression } from './compression.ts';
import { checkRoutes } from './check-routes.ts';
import { isWrite, jsonMediaType, type Operation } from './operation.ts';
import { stateOf } from './request-state.ts';
import {
  assertReadable,
  hasMediaType,
  parseBody,
  parseHeaders,
  parseId,
  parseParams,
  parseQuery,
} from './parse.ts';

export type RouterOptions = {
  /** What the parameter `id` of a path is. Default: a positive integer. */
  readonly id?: IdType;
  /**
   * Returns who sent the request, if the token says so. Throws a Problem if the request may not write. Undefined: writes
   * need no token.
   */
  readonly authorizeWrite?: ((ctx: Context) => Promise<string | undefined>) | undefined;
};

type Handler = (ctx: RouterContext) => Promise<void>;

/**
 * Registers one route per path, which dispatches by method. A known path with an unsupported method is therefore rejected,
 * and does not fall through to a path with a parameter.
 *
 * @throws TypeError if two operations collide.
 */
export function createRouter(operations: readonly Operation[], options: RouterOptions = {}): Router {
  checkRoutes(operations, options.id);
  // A path is what was sent, so that a proxy in front and this router agree on it: `/DOCKS/1` and `/docks/1/` are other paths
  // than `/docks/1`, and dot segments and repeated slashes are not removed.
  const router = new Router({ strict: true, sensitive: true });
  const compress = createCompression();
  const handlers = new Map<string, Map<string, Handler>>();
  /** Canonical path by path or alias. */
  const routes = new Map<string, string>();
  for (const operation of operations) {
    const handler = createHandler(operation, options, compress);
    for (const path of operation.paths) {
      const byMethod = handlers.get(path) ?? new Map<string, Handler>();
      handlers.set(path, byMethod);
      routes.set(path, operation.paths[0]);
      byMethod.set(operation.method.toUpperCase(), handler);
      if (operation.method === 'get') byMethod.set('HEAD', handler);
    }
  }
  for (const [path, byMethod] of handlers) {
    const allowed = [...byMethod.keys(), 'OPTIONS'].join(', ');
    const handleOther: Handler = async (ctx) => {
      ctx.set('Allow', allowed);
      if (byMethod.has('PATCH')) ctx.set('Accept-Patch', mergePatchMediaType);
      if (ctx.method !== 'OPTIONS') {
        throw new Problem(
          'method-not-allowed',
          `${ctx.method} is not allowed at ${ctx.path}. Allowed are ${allowed}.`,
        );
      }
      ctx.status = 204;
    };
    const route = routes.get(path) ?? path;
    router.all(toRouterPath(path), (ctx) => {
      stateOf(ctx).route = route;
      return (byMethod.get(ctx.method) ?? handleOther)(ctx);
    });
  }
  return router;
}

function createHandler(
  operation: Operation,
  { id: idType, authorizeWrite }: RouterOptions,
  compress: Compression,
): Handler {
  const { params, query, headers = [], body, bodyType, alternative, handle } = operation;
  const bodyTypes = [
    bodyType ?? jsonMediaType,
    ...(alternative === undefined ? [] : [alternative.mediaType]),
  ];
  const alternativeTypes = alternative === undefined ? [] : mediaTypesOf(alternative);
  const mediaTypes = mediaTypesOf(operation);
  const writes = isWrite(operation);

  return async (ctx) => {
    if (writes) stateOf(ctx).actor = await authorizeWrite?.(ctx);
    const isJson = ctx.req.headers['content-type'] === jsonMediaType;
    if (!isJson && alternative !== undefined && hasMediaType(ctx, alternative.mediaType)) {
      negotiate(ctx, alternativeTypes);
      const parsed = parseHeaders(headers, ctx.req.headers, stateOf(ctx).traceparent);
      assertReadable(ctx);
      await alternative.handle({ ctx, headers: parsed });
      return;
    }
    const accepted = negotiate(ctx, mediaTypes);
    const id = ctx.params['id'];
    const request = {
      ctx,
      id: id === undefined ? 0 : parseId(id, idType),
      params: params === undefined ? undefined : parseParams(params, ctx.params),
      query: query === undefined ? undefined : parseQuery(query, ctx.query),
      headers: parseHeaders(headers, ctx.req.headers, stateOf(ctx).traceparent),
      accepted,
    };
    // The body is read last: a request with invalid parameters or headers is rejected without it.
    const json = body === undefined ? undefined : await parseBody(body, ctx, bodyTypes);
    const input = { ...request, body: json?.parsed, received: json?.received };
    // `defineOperation` ensures that the handler's input has the types of the operation's schemas.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    await handle(input as Parameters<Operation['handle']>[0]);
    if (!writes) await compress(ctx);
  };
}

/** Converts `/ports/{id}` to `/ports/:id`. */
export function toRouterPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

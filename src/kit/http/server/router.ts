/** Creates the routes of the operations. A route authorizes the request, parses it, and calls the operation's handler. */

import type { Context, Middleware } from 'koa';
import { mergePatchMediaType } from '../../api/requests/media-types.ts';
import { Problem } from '../../domain/problem.ts';
import { checkRoutes } from './check-routes.ts';
import { createCompression } from './compression.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from './endpoint.ts';
import type { Operation } from './operation.ts';
import { stateOf } from './request-state.ts';
import { createRouteTable, type FindRoute } from './route-table.ts';

export type Route = {
  /** The canonical path, the same for all aliases. */
  readonly path: string;
  /** By method. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
};

export type Router = {
  readonly find: FindRoute<Route>;
  /** Responds to the requests for which there is a route. */
  readonly middleware: Middleware;
};

/**
 * A path is what was sent, so that a proxy in front and this router agree on it: `/DOCKS/1` and `/docks/1/` are other paths
 * than `/docks/1`, and dot segments and repeated slashes are not removed.
 *
 * @throws TypeError if two operations collide.
 */
export function createRouter(operations: readonly Operation[], options: EndpointOptions = {}): Router {
  checkRoutes(operations, options.id);
  const compress = createCompression();
  const routes = new Map<string, { path: string; endpoints: Map<string, Endpoint> }>();
  for (const operation of operations) {
    const endpoint = createEndpoint(operation, options, compress);
    for (const path of operation.paths) {
      const route = routes.get(path) ?? { path: operation.paths[0], endpoints: new Map() };
      routes.set(path, route);
      route.endpoints.set(operation.method.toUpperCase(), endpoint);
      if (operation.method === 'get') route.endpoints.set('HEAD', endpoint);
    }
  }
  const find = createRouteTable<Route>(routes);
  return {
    find,
    async middleware(ctx, next) {
      const match = find(ctx.path);
      if (match === undefined) {
        await next();
        return;
      }
      const { route, params } = match;
      Object.assign(stateOf(ctx), { route: route.path, params });
      const endpoint = route.endpoints.get(ctx.method);
      if (endpoint === undefined) respondToOtherMethod(ctx, route);
      else await endpoint.handle(ctx);
    },
  };
}

function respondToOtherMethod(ctx: Context, { endpoints }: Route): void {
  const allowed = [...endpoints.keys(), 'OPTIONS'].join(', ');
  ctx.set('Allow', allowed);
  if (endpoints.has('PATCH')) ctx.set('Accept-Patch', mergePatchMediaType);
  if (ctx.method !== 'OPTIONS') {
    throw new Problem(
      'method-not-allowed',
      `${ctx.method} is not allowed at ${ctx.path}. Allowed are ${allowed}.`,
    );
  }
  ctx.status = 204;
}

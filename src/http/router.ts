/** Routes made from operations: parse what a request gives, then let the operation answer. */

import { Router } from '@koa/router';
import type { Operation } from './operation.ts';
import { parseBody, parseHeaders, parseId, parseQuery } from './parse.ts';

export function createRouter(operations: readonly Operation[]): Router {
  const router = new Router();
  for (const { method, paths, query, headers = [], body, handle } of operations) {
    router[method](paths.map(toRouterPath), async (ctx) => {
      const id = ctx.params['id'];
      const input = {
        ctx,
        id: id === undefined ? 0 : parseId(id),
        query: query === undefined ? undefined : parseQuery(query, ctx.query),
        headers: parseHeaders(headers, ctx.req.headers),
        body: body === undefined ? undefined : await parseBody(body, ctx),
      };
      // What the schemas of this operation gave is what its handler takes: `defineOperation` has seen to that.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      await handle(input as Parameters<Operation['handle']>[0]);
    });
  }
  return router;
}

/** `/ports/{id}` → `/ports/:id` */
export function toRouterPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

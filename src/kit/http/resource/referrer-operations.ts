/** Lists the entities of a followed stream that refer to an entity: `GET /ports/{id}/laptops`. */

import { z } from 'zod';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/resource.ts';
import { freshnessHeaders, markPageFreshness, waitForPosition } from '../protocol/consistency.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { PageQuery, takePage } from '../protocol/paging.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function referrerOperations(
  resource: JoinedResource,
  { transactor: { view }, freshness }: RouteContext,
): Operation[] {
  return resource.referrers.map(({ name, noun, schema, list }) =>
    defineOperation({
      method: 'get',
      paths: pathsOf(resource, `/{id}/${name}`),
      name: `list${capitalize(noun)}sOf${capitalize(resource.noun)}`,
      summary: `List the ${noun}s that have a ${resource.noun}, by ascending id`,
      tag: resource.names[0],
      query: PageQuery,
      headers: freshnessHeaders,
      responses: {
        200: {
          description: `A page of ${noun}s.`,
          headers: ['Stream-Position', 'Stream-Positions', 'Age', 'Link'],
          body: z.array(schema),
        },
      },
      problems: ['not-found', 'unavailable'],

      async handle({ ctx, id, query: { limit, after }, headers }) {
        await waitForPosition(headers, freshness);
        markPageFreshness(ctx, freshness);
        resource.presentExisting(view.find(id));
        // Reads one item more than the page holds, to detect a next page.
        const page = takePage(ctx, limit, list(id, { after, limit: limit + 1 }));
        ctx.body = page.map(({ body }) => body);
      },
    }),
  );
}

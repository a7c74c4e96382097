/** Lists the entities of a followed stream that refer to an entity: `GET /ports/{id}/laptops`. */

import { z } from 'zod';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { freshnessHeaders, markPageFreshness } from '../protocol/consistency.ts';
import { defineRead, type Operation } from '../server/operation.ts';
import { pageQueryOf, takePage } from '../protocol/paging.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function relationOperations(
  resource: JoinedResource,
  { transactor: { view }, freshness }: RouteContext,
): Operation[] {
  return resource.relations.map(({ name, nouns: { plural }, id: relatedId, document, list }) =>
    defineRead({
      paths: pathsOf(resource, `/{id}/${name}`),
      name: `list${capitalize(plural)}Of${capitalize(resource.nouns.noun)}`,
      summary: `List the ${plural} that refer to ${resource.nouns.one}, by ascending id`,
      tag: resource.names[0],
      query: pageQueryOf(relatedId),
      headers: freshnessHeaders,
      responses: {
        200: {
          description: `A page of ${plural}.`,
          headers: ['Stream-Position', 'Stream-Positions', 'Age', 'Link'],
          body: z.array(document),
        },
      },
      problems: ['not-found', 'unavailable'],

      read({ ctx, id, query: { limit, after } }) {
        markPageFreshness(ctx, freshness);
        resource.presentExisting(view.find(id));
        // Reads one item more than the page holds, to detect a next page.
        const page = takePage(ctx, limit, list(id, { after, limit: limit + 1 }));
        ctx.body = page.map(({ body }) => body);
      },
    }),
  );
}

/** The queries of a service: `GET /docks/free?room=A`. */

import { summarizeQuery } from '../../api/commands/command-texts.ts';
import { textParamsOf } from '../../api/requests/text-params.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import { defineRead, jsonContentType, type Operation } from '../server/operation.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function queryOperations(
  resource: JoinedResource,
  { transactor: { view }, freshness }: RouteContext,
): Operation[] {
  return resource.queries.map((declared) => {
    const { name, params, result, answer } = declared;
    const summary = summarizeQuery(declared, resource.nouns);
    return defineRead({
      paths: pathsOf(resource, `/${name}`),
      name: name + capitalize(resource.nouns.plural),
      summary,
      tag: resource.names[0],
      queryName: name,
      query: textParamsOf(params).strict(),
      headers: freshnessHeaders,
      responses: {
        200: { description: summary, headers: ['Stream-Position', 'Age'], body: result },
      },
      problems: ['unavailable'],

      read({ ctx, query }) {
        markFreshness(ctx, freshness);
        ctx.set('Content-Type', jsonContentType);
        ctx.body = JSON.stringify(answer(view, query));
      },
    });
  });
}

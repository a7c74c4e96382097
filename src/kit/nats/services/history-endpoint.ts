/** `queries.history`: the messages of one entity, oldest or newest first. */

import { z } from 'zod';
import { integerBetween } from '../../api/requests/integer-between.ts';
import { historyEntryOf, toHistoryEntry } from '../../api/responses/documents.ts';
import type { DomainEvent } from '../../domain/decider.ts';
import { Problem } from '../../domain/problem.ts';
import { ageOf } from '../../eventlog/freshness.ts';
import { createHistoryPages } from '../../eventlog/history-pages.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { waitForHistoryRange } from '../../eventlog/page-start.ts';
import { defineEndpoint, type Endpoint } from './endpoints.ts';
import { appliedPosition, numberedPage, refresh, type EndpointContext } from './entity-endpoints.ts';
import { replyWithPage } from './replies.ts';

const example = {
  position: 12,
  history: [{ position: 12, time: '2026-01-31T12:00:00.000Z', rejected: 'not JSON' }],
};

export function historyEndpoint(
  { nouns: { noun, one }, contract: { id: idType } }: JoinedResource,
  {
    transactor: { view, store, decider },
    freshness,
    eventSchema,
  }: Pick<EndpointContext, 'transactor' | 'freshness'> & { readonly eventSchema: z.ZodType<DomainEvent> },
): Endpoint {
  const readPage = createHistoryPages(decider, { view, store });
  return defineEndpoint({
    name: 'queries.history',
    summary: `Get the history of ${one}`,
    input: z
      .strictObject({
        id: idType.schema,
        ...numberedPage,
        before: integerBetween(1, Number.MAX_SAFE_INTEGER)
          .optional()
          .meta({ description: 'Only messages before this position.' }),
        order: z.enum(['asc', 'desc']).default('asc').meta({ description: '`desc`: newest message first.' }),
      })
      .meta({ examples: [{ id: idType.example, order: 'desc', limit: 10 }] }),
    output: z
      .object({
        position: appliedPosition,
        history: z.array(historyEntryOf(eventSchema)),
        next: z
          .int()
          .optional()
          .meta({
            description:
              'Present if there are more messages: the position to send as `after`, or with `desc` as `before`. A page has ' +
              'fewer than `limit` messages if more do not fit into one message of the broker (`max_payload`).',
          }),
      })
      .meta({ examples: [example] }),
    async handle({ id, limit, after, before, order }, info) {
      await refresh(freshness, info);
      await waitForHistoryRange(freshness, { after, before });
      // One more shows that there is a next page.
      const page = await readPage(id, { order, after, before, limit: limit + 1, withRejected: true });
      if (page === undefined) throw new Problem('not-found', `No ${noun} ${id} has ever existed.`);
      return replyWithPage({
        position: view.position,
        age: ageOf(freshness, Date.now()),
        field: 'history',
        found: page.entries.map((entry) => ({ id: entry.message.position, entry })),
        limit,
        maxBytes: info.maxReplyBytes,
        toText: ({ entry }) => JSON.stringify(toHistoryEntry(entry)),
        nextAfter: ({ id: position }) => (order === 'asc' ? position : { before: position }),
      });
    },
  });
}

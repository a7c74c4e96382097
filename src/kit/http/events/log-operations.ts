/** `GET /laptops/log`: the stored messages by position, including rejected ones, in bounded steps. */

import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { Problem } from '../../domain/problem.ts';
import { loggedMessageOf, logEntryOf, logPageOf } from '../../api/responses/log.ts';
import { createHistoryPages } from '../../eventlog/history-pages.ts';
import type { LoggedMessage } from '../../eventlog/event-store.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { pathsOf, type RouteContext } from '../resource/route-context.ts';
import { createLogEntries, encode, matchesLogFilter, textOf } from './log-entry.ts';
import { logQuery, PositionParam } from './log-query.ts';

export function logOperations(
  resource: JoinedResource,
  {
    transactor: { view, store, decider },
    eventSchema,
    eventTypes,
    freshness,
    describeAccepted,
  }: RouteContext,
): Operation[] {
  const { noun } = resource.nouns;
  const { id: idType } = resource.contract;
  const name = capitalize(noun);
  const tag = resource.names[0];
  const readHistoryPage = createHistoryPages(decider, { view, store });
  const Entry = logEntryOf(eventSchema, idType).meta({ id: `${name}LogEntry` });

  const page = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/log'),
    name: `read${name}Log`,
    summary: 'Read the stored messages from a position or a time, including rejected ones',
    tag,
    query: logQuery(noun, eventTypes, idType),
    headers: freshnessHeaders,
    responses: {
      200: {
        description:
          'The messages that match, and which positions were examined. A request examines at most `limit` messages, and ' +
          'fewer if they are large, whether they match or not; continue with `from` set to `next`.',
        headers: ['Stream-Position', 'Age'],
        body: logPageOf(Entry),
      },
    },
    problems: ['unavailable'],

    async handle({ ctx, query: { from = 1, to, at, limit, type, text, ...others } }) {
      markFreshness(ctx, freshness);
      const last = view.position;
      const first = at === undefined ? from : (await store.positionAt(at - 1)) + 1;
      const upTo = Math.min(to ?? last, last);
      const { id } = others;
      const known = id === undefined ? last : view.find(id).version;
      const read = await store.readLog({ id, after: first - 1, upTo, limit, known });
      const types = typeof type === 'string' ? [type] : type;
      const filter = { ...others, types, text: text?.toLowerCase() };
      const entries = read.messages
        .map(createLogEntries(view))
        .filter((entry) => matchesLogFilter(filter, entry));
      const next = read.to < upTo ? read.to + 1 : undefined;
      ctx.body = { from: first, to: Math.max(read.to, first - 1), next, last, entries };
    },
  });

  const message = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/log/{position}'),
    params: z.object({ position: PositionParam }),
    name: `read${name}Message`,
    summary: 'Read one stored message with its headers and its payload',
    tag,
    headers: freshnessHeaders,
    responses: {
      200: {
        description: 'The message. If it was rejected, also what would have been accepted.',
        headers: ['Stream-Position', 'Age'],
        body: loggedMessageOf(eventSchema, idType).meta({ id: `${name}LoggedMessage` }),
      },
    },
    problems: ['not-found', 'unavailable'],

    async handle({ ctx, params: { position } }) {
      markFreshness(ctx, freshness);
      const original = position > view.position ? undefined : await store.readOriginal(position);
      if (original === undefined)
        throw new Problem('not-found', `There is no message at position ${position}.`);
      const entry = createLogEntries(view)(original);
      const rejected = entry.rejected && ((await readReason(original)) ?? entry.rejected);
      ctx.body = {
        ...entry,
        headers: original.headers,
        ...encode(original.payload),
        ...(rejected !== undefined && {
          rejected,
          accepted: describeAccepted(original.message, textOf(original.payload)),
        }),
      };
    },
  });

  /** Returns why an event was rejected, also if the view does not keep the reason any more. */
  async function readReason({ message: { id, position } }: LoggedMessage<DomainEvent>) {
    if (id === undefined || view.rejections().some((rejected) => rejected.position === position))
      return undefined;
    const range = { after: position - 1, before: position + 1, limit: 1 };
    const page = await readHistoryPage(id, { ...range, order: 'asc', withRejected: true });
    return page?.entries[0]?.rejection?.reason;
  }

  return [page, message];
}

/** Typed HTTP client of a service. Responses are validated with the service's own schemas. */

import { z } from 'zod';
import {
  historyEntryOf,
  liveEventOf,
  RejectedMessage,
  type HistoryEntry,
  type LiveEvent,
} from '../api/responses/documents.ts';
import type { Id } from '../domain/entity-id.ts';
import type { DefinedService, ServiceTypes } from '../domain/service/service.ts';
import {
  createCommandMethods,
  type CommandMethods,
  type ManyMethods,
  type PatchMethod,
} from './command-methods.ts';
import { toEntityResponse, type EntityResponse } from './entity-response.ts';
import { followEvents, type FollowOptions } from './follow.ts';
import { readPages, toQuery, waitHeaders, type ReadOptions } from './pages.ts';
import { createQueryMethods, type QueryMethods } from './query-methods.ts';
import { readJson } from './read-json.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export type ListOptions<
  Filter extends string,
  Sortable extends string = Filter,
  Key extends Id = number,
> = ReadOptions & {
  /** Only entities with exactly these values. */
  readonly where?: { readonly [Name in Filter]?: string | number };
  /** Sort by an index with one key for each entity, then by id. With `-`, its keys are descending. Default: by id. */
  readonly sort?: Sortable | `-${Sortable}`;
  /** Only entities with a greater id. Not with `sort`. */
  readonly after?: Key;
  /** Entities per request; default 1000. */
  readonly pageSize?: number;
};

export type HistoryOptions = ReadOptions & {
  /** `desc`: newest message first. Default: oldest first. */
  readonly order?: 'asc' | 'desc';
  /** Only messages after this position. */
  readonly after?: number;
  /** Only messages before this position. */
  readonly before?: number;
  /** Messages per request; default 1000. */
  readonly pageSize?: number;
};

/** A stream position or a time. */
export type Moment = number | Date;

export type Reads<
  Document,
  Filter extends string,
  Sortable extends string = Filter,
  Key extends Id = number,
> = {
  /** Yields all entities by ascending id, or sorted. Pages are requested as the iteration proceeds. */
  list(options?: ListOptions<Filter, Sortable, Key>): AsyncGenerator<Document, void>;
  /** @throws ProblemError `not-found` */
  get(id: Key, options?: ReadOptions): Promise<EntityResponse<Document>>;
};

export type Client<Types extends ServiceTypes> = CommandMethods<Types> &
  ManyMethods<Types> &
  PatchMethod<Types> &
  QueryMethods<Types> &
  Reads<Types['document'], Types['index'], Types['sortable'], Types['id']> & {
    /** Yields the messages of an entity, including rejected ones. @throws ProblemError `not-found` */
    history(id: Types['id'], options?: HistoryOptions): AsyncGenerator<HistoryEntry<Types['event']>, void>;
    /** Returns the latest rejected messages, each with the reason. */
    rejections(options?: ReadOptions): Promise<RejectedMessage[]>;
    /** Point-in-time reads. They throw ProblemError `malformed` if `moment` is in the future. */
    asOf(moment: Moment): Reads<Types['document'], Types['index'], Types['sortable'], Types['id']>;
    /** Yields every event after a position and reconnects as needed; see `followEvents`. */
    follow(
      options?: FollowOptions<Types['event']['type'], Types['id']>,
    ): AsyncGenerator<LiveEvent<Types['event'], Types['id']>, void>;
  };

/**
 * Every method throws ProblemError if its request fails.
 *
 * @param baseUrl for example `http://localhost:5000`
 * @param service the definition of the service.
 */
export function createClient<Types extends ServiceTypes>(
  baseUrl: string | URL,
  service: DefinedService<Types>,
  options: TransportOptions = {},
): Client<Types> {
  type Document = Types['document'];
  const [path] = service.names;
  const document: z.ZodType<Document> = service.document;
  const { events, id: idType } = service.contract;
  const { event } = events;
  const transport = createTransport(baseUrl, options);
  const Documents = z.array(document);
  const Entries = z.array(historyEntryOf(event));
  const Live = liveEventOf(event, idType);

  /** Current reads if `asOf` is empty, otherwise point-in-time reads. */
  function createReads(asOf: Readonly<Record<string, string>>): Reads<Document, string, string, Id> {
    return {
      list({ where, sort, after, pageSize, ...options } = {}) {
        const query = toQuery({ ...where, sort, after, limit: pageSize, ...asOf });
        return readPages(transport, path + query, Documents, options);
      },

      async get(id, options = {}) {
        const request = { method: 'GET', path: `${path}/${encodeURIComponent(id)}${toQuery(asOf)}` } as const;
        const response = await transport.send({ ...request, headers: waitHeaders(options) }, options);
        return toEntityResponse(document, response);
      },
    };
  }

  const client = {
    ...createCommandMethods(service, path, transport),
    ...createQueryMethods(service.queries, path, transport),
    ...createReads({}),

    asOf: (moment: Moment) =>
      createReads({ asOf: moment instanceof Date ? moment.toISOString() : String(moment) }),

    history(id: Id, { order, after, before, pageSize, ...options }: HistoryOptions = {}) {
      const query = toQuery({ order, after, before, limit: pageSize });
      return readPages(transport, `${path}/${encodeURIComponent(id)}/events${query}`, Entries, options);
    },

    async rejections(options: ReadOptions = {}) {
      const request = { method: 'GET', path: `${path}/rejections`, headers: waitHeaders(options) } as const;
      return readJson(z.array(RejectedMessage), (await transport.send(request, options)).text);
    },

    follow: (options: FollowOptions<string, Id> = {}) =>
      followEvents(transport, `${path}/events`, Live, options),
  };
  return client;
}

/** A typed client of a service of one kind of entity: what it asks and what it is answered, by the service's own schemas. */

import { z } from 'zod';
import {
  historyEntryOf,
  liveEventOf,
  RejectedMessage,
  type HistoryEntry,
  type LiveEvent,
} from '../api/documents.ts';
import { followEvents, type FollowOptions } from './follow.ts';
import { readPages, readPosition, toQuery, waitHeaders, type ReadOptions } from './pages.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import {
  createTransport,
  type CallOptions,
  type ClientAnswer,
  type ClientRequest,
  type TransportOptions,
} from './transport.ts';

/** An entity as a service answered it. */
export type Answer<Document> = {
  readonly document: Document;
  /** Its version, for `ifMatch`: the position of its last message. */
  readonly version: number;
  /** What the answer shows; of a write, where its event landed. */
  readonly position: number;
};

export type ListOptions<Filter extends string> = ReadOptions & {
  /** Only entities with exactly these values. */
  readonly where?: { readonly [Name in Filter]?: string };
  /** Only entities with a greater id. */
  readonly after?: number;
  /** How many entities are asked for at once; default 1000. */
  readonly pageSize?: number;
};

export type WriteOptions = CallOptions & {
  /** The command's id; a new one by default. The same key with the same command is carried out once. */
  readonly idempotencyKey?: string;
};

export type ChangeOptions = WriteOptions & {
  /** Only if the entity is at this version; `any`: only if it is there. */
  readonly ifMatch?: number | 'any';
};

/** A position, or a time. */
export type Moment = number | Date;

export type Reads<Document, Filter extends string> = {
  /** All entities by ascending id, page by page as they are asked for. */
  list(options?: ListOptions<Filter>): AsyncGenerator<Document, void>;
  /** @throws ProblemError `not-found` … */
  get(id: number, options?: ReadOptions): Promise<Answer<Document>>;
};

export type Client<
  Document,
  New,
  Change,
  Event extends { readonly type: string },
  Filter extends string,
> = Reads<Document, Filter> & {
  /** @throws ProblemError `conflict` when the id is taken … */
  add(body: New, options?: WriteOptions): Promise<Answer<Document>>;
  /** @throws ProblemError `not-found`, `precondition-failed` when it is not at the version that `ifMatch` names … */
  change(id: number, body: Change, options?: ChangeOptions): Promise<Answer<Document>>;
  /** Removing what is not there is no error. @throws ProblemError `precondition-failed` … */
  remove(id: number, options?: ChangeOptions): Promise<Pick<Answer<Document>, 'position'>>;
  /** Puts something to an entity, at a path below it: `ports/7`. @throws ProblemError `conflict` … */
  put(id: number, member: string, options?: ChangeOptions): Promise<Pick<Answer<Document>, 'position'>>;
  /** Takes it from the entity. @throws ProblemError `not-found` … */
  take(id: number, member: string, options?: ChangeOptions): Promise<Pick<Answer<Document>, 'position'>>;
  /** Every message of one entity, those that were refused included. @throws ProblemError `not-found` … */
  history(id: number, options?: ReadOptions): AsyncGenerator<HistoryEntry<Event>, void>;
  /** The newest messages that the service refused, and why. */
  rejections(options?: ReadOptions): Promise<RejectedMessage[]>;
  /** The entities as they were. @throws ProblemError `malformed` for what is still to come. */
  asOf(moment: Moment): Reads<Document, Filter>;
  /** Every event from a position on, whatever happens to the connection; see `followEvents`. */
  follow(options?: FollowOptions<Event['type']>): AsyncGenerator<LiveEvent<Event>, void>;
};

/** What is special about a service. */
export type ClientDefinition<Document, Event> = {
  /** The path segment of its collection: `laptops`. */
  readonly path: string;
  readonly document: z.ZodType<Document>;
  /** Any of its events. */
  readonly event: z.ZodType<Event>;
};

/** @param baseUrl where the service is: `http://localhost:5000`. Every method throws ProblemError. */
export function createClient<Document, New, Change, Event extends { type: string }, Filter extends string>(
  baseUrl: string | URL,
  { path, document, event }: ClientDefinition<Document, Event>,
  options: TransportOptions = {},
): Client<Document, New, Change, Event, Filter> {
  const transport = createTransport(baseUrl, options);
  const Documents = z.array(document);
  const Entries = z.array(historyEntryOf(event));
  const Live = liveEventOf(event);

  /** A read of the present, or of the past when `asOf` says so. */
  function readsAt(asOf: Readonly<Record<string, string>>): Reads<Document, Filter> {
    return {
      list({ where, after, pageSize, ...options } = {}) {
        const query = toQuery({ ...where, after, limit: pageSize, ...asOf });
        return readPages(transport, path + query, Documents, options);
      },

      async get(id, options = {}) {
        const request = { method: 'GET', path: `${path}/${id}${toQuery(asOf)}` } as const;
        const answer = await transport.send({ ...request, headers: waitHeaders(options) }, options);
        return toAnswer(document, answer);
      },
    };
  }

  function write(
    request: Omit<ClientRequest, 'idempotencyKey' | 'headers'>,
    { ifMatch, idempotencyKey = crypto.randomUUID(), ...options }: ChangeOptions = {},
  ): Promise<ClientAnswer> {
    const headers = ifMatch !== undefined && { 'If-Match': ifMatch === 'any' ? '*' : `"${ifMatch}"` };
    return transport.send({ ...request, idempotencyKey, ...(headers && { headers }) }, options);
  }

  async function writeSilently(method: 'PUT' | 'DELETE', target: string, options?: ChangeOptions) {
    const { headers } = await write({ method, path: target }, options);
    return { position: readPosition(headers) };
  }

  return {
    ...readsAt({}),

    asOf: (moment) => readsAt({ asOf: moment instanceof Date ? moment.toISOString() : String(moment) }),

    async add(body, options) {
      return toAnswer(document, await write({ method: 'POST', path, body }, options));
    },

    async change(id, body, options) {
      return toAnswer(document, await write({ method: 'PUT', path: `${path}/${id}`, body }, options));
    },

    remove: (id, options) => writeSilently('DELETE', `${path}/${id}`, options),
    put: (id, member, options) => writeSilently('PUT', `${path}/${id}/${member}`, options),
    take: (id, member, options) => writeSilently('DELETE', `${path}/${id}/${member}`, options),

    history: (id, options = {}) => readPages(transport, `${path}/${id}/events`, Entries, options),

    async rejections(options = {}) {
      const request = { method: 'GET', path: `${path}/rejections`, headers: waitHeaders(options) } as const;
      return readJson(z.array(RejectedMessage), (await transport.send(request, options)).text);
    },

    follow: (options = {}) => followEvents(transport, `${path}/events`, Live, options),
  };
}

function toAnswer<Document>(schema: z.ZodType<Document>, { headers, text }: ClientAnswer): Answer<Document> {
  const version = /^"(\d+)[";]/.exec(headers.get('ETag') ?? '')?.[1];
  if (version === undefined) throw new ProblemError('not-understood', 'The answer has no version.');
  return {
    document: readJson(schema, text),
    version: Number(version),
    position: readPosition(headers),
  };
}

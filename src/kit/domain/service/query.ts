/** Queries: reads of the view beyond the list and the item, over REST and NATS. */

import { z } from 'zod';
import type { Existing, Params } from './command.ts';
import type { Entity } from '../entity.ts';
import type { Id } from '../entity-id.ts';
import { parseStored } from '../text.ts';
import type { IndexKey } from './index-definition.ts';

/** The entities of a service, in the memory of the replica. Read-only. */
export type EntityView<State, Key extends Id = number> = {
  /** Returns an existing entity. */
  find(id: Key): Entity<Existing<State>, Key> | undefined;
  /** Lists existing entities by ascending id, or by the keys of an index; `where` has the wanted keys, by index. */
  list(options: {
    readonly limit: number;
    readonly where?: Readonly<Record<string, IndexKey | undefined>>;
    readonly sort?: { readonly by: string; readonly descending?: boolean };
  }): Entity<Existing<State>, Key>[];
};

/** A query with its type parameters erased. */
export type Query = {
  readonly summary: string | undefined;
  readonly params: Params;
  readonly result: z.ZodType;
  answer(view: EntityView<unknown, Id>, params: never, lookups: unknown): unknown;
};

/** `answer` threw an error or returned a value that does not match `result`: a fault in the domain code of the service. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

/**
 * Checks an answer. It is sent as it is, because the client parses it with the same schema.
 *
 * @throws QueryFailed that names the query.
 */
export function assertAnswer(name: string, result: z.ZodType, answer: unknown): void {
  // A schema of an object may accept a promise.
  if (answer instanceof Promise) throw new QueryFailed(`the answer of the query "${name}" is a promise`);
  const parsed = parseStored(result, answer);
  if (parsed.success) return;
  const issues = z.prettifyError(parsed.error);
  throw new QueryFailed(`the answer of the query "${name}" does not match \`result\`: ${issues}`);
}

/** A query with the types that the client needs. `Sent` is its parameters before parsing; undefined if it has none. */
export type TypedQuery<Sent, Result> = Query & {
  readonly types?: { readonly sent: Sent; readonly result: Result };
};

/** A parameter whose schema has a default is optional. */
type SentOf<P extends Params> = [keyof P] extends [never] ? undefined : z.input<z.ZodObject<P>>;

export type QueryBuilders<State, Lookups, Key extends Id> = {
  /** `GET /docks/<name>?…` and `docks.queries.<name>`. */
  query<Result extends z.ZodType, P extends Params = {}>(options: {
    readonly params?: P;
    /** Schema of the answer, with a description of every field. It is not optional; `nullable` is possible. */
    readonly result: Result;
    /** Shown in the API documents and in the web console. Default: `Docks: nearest`. */
    readonly summary?: string;
    /** Pure and synchronous. `lookups` finds entities of the followed streams. */
    answer(
      view: EntityView<State, Key>,
      params: { readonly [Name in keyof P]: z.output<P[Name]> },
      lookups: Lookups,
    ): z.input<Result>;
  }): TypedQuery<SentOf<P>, z.output<Result>>;
};

/** Returns the builders with the types of a service, which exist only for the compiler. */
export function queryBuilders<State, Lookups, Key extends Id>(): QueryBuilders<State, Lookups, Key> {
  return {
    query: ({ params = {}, result, summary, answer }) => ({
      params,
      result,
      summary,
      answer,
    }),
  };
}

/** The methods of a client for the queries of a service. */

import type { TypedQuery } from '../domain/service/query.ts';
import type { NamedQuery, ServiceTypes } from '../domain/service/service.ts';
import { readPosition, toQuery, waitHeaders, type QueryParameters, type ReadOptions } from './pages.ts';
import { readJson } from './read-json.ts';
import type { Transport } from './transport.ts';

/** The answer to a query. */
export type QueryResponse<Result> = {
  readonly result: Result;
  /** The position that the response reflects. */
  readonly position: number;
};

/** A method for each query of a service. `params` has its parameters. */
export type QueryMethods<Types extends ServiceTypes> = {
  readonly [Name in keyof Types['queries']]: Types['queries'][Name] extends TypedQuery<
    infer Sent,
    infer Result
  >
    ? (
        ...args: Sent extends undefined
          ? [options?: ReadOptions]
          : {} extends Sent
            ? [params?: Sent, options?: ReadOptions]
            : [params: Sent, options?: ReadOptions]
      ) => Promise<QueryResponse<Result>>
    : never;
};

/** @param path of the collection. */
export function createQueryMethods(queries: readonly NamedQuery[], path: string, transport: Transport) {
  async function ask({ name, result }: NamedQuery, params: QueryParameters = {}, options: ReadOptions = {}) {
    const request = { method: 'GET', path: `${path}/${name}${toQuery(params)}` } as const;
    const response = await transport.send({ ...request, headers: waitHeaders(options) }, options);
    return { result: readJson(result, response.text), position: readPosition(response.headers) };
  }

  return Object.fromEntries(
    queries.map((query) => [
      query.name,
      Object.keys(query.params).length === 0
        ? (options?: ReadOptions) => ask(query, {}, options)
        : (params?: QueryParameters, options?: ReadOptions) => ask(query, params, options),
    ]),
  );
}

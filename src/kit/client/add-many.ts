/** Adds many entities with few requests. */

import { bulkResultOf, ndjsonMediaType, type BulkResult } from '../api/commands/bulk.ts';
import type { Id } from '../domain/entity-id.ts';
import type { IdType } from '../domain/id-type.ts';
import { readJson } from './read-json.ts';
import type { Transport } from './transport.ts';
import type { WriteOptions } from './write-options.ts';

export type ManyOptions = WriteOptions & {
  /** Rows in a request; default 1000. With the same key, it has to be the same when the rows are sent again. */
  readonly pageSize?: number;
};

/** What became of one entity: `id` and `position`, or `problem`. `row` counts from 1. */
export type ManyResult<Key extends Id = Id> = BulkResult<Key>;

/** @param path of the collection. */
export function createAddMany(path: string, id: IdType, transport: Transport) {
  const Result = bulkResultOf(id);

  /** Yields a result for each input, in their order. Sends the next request when the results of the last one are consumed. */
  return async function* addMany(
    inputs: Iterable<object> | AsyncIterable<object>,
    { idempotencyKey = crypto.randomUUID(), pageSize = 1000, ...options }: ManyOptions = {},
  ): AsyncGenerator<ManyResult, void> {
    let offset = 0;
    for await (const page of toPages(inputs, pageSize)) {
      const request = {
        method: 'POST',
        path,
        headers: { Accept: ndjsonMediaType, 'Content-Type': ndjsonMediaType },
        text: page.map((input) => `${JSON.stringify(input)}\n`).join(''),
        idempotencyKey: `${idempotencyKey}:${offset}`,
      } as const;
      const { text } = await transport.send(request, options);
      for (const line of text.trimEnd().split('\n')) {
        const { row, ...result } = readJson(Result, line);
        yield { ...result, row: offset + row };
      }
      offset += page.length;
    }
  };
}

async function* toPages(
  inputs: Iterable<object> | AsyncIterable<object>,
  size: number,
): AsyncGenerator<object[], void> {
  let page: object[] = [];
  for await (const input of inputs) {
    page.push(input);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

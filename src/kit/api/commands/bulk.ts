/** Many new entities in one request: one JSON object in each line, and one result line for each. */

import { z } from 'zod';
import type { Id } from '../../domain/entity-id.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';
import { ProblemDocument } from '../responses/documents.ts';

/** Newline-delimited JSON. */
export const ndjsonMediaType = 'application/x-ndjson';

/** The idempotency key of a row is that of the request and the number of the row, in at most 255 characters. */
export const maxBulkKeyLength = 240;

/** Returns the schema of a result line. */
export function bulkResultOf({ schema }: Pick<IdType, 'schema'> = integerId) {
  return z.object({
    row: z.int().meta({ description: 'The number of the line in the request, from 1.' }),
    status: z.int().meta({ description: 'The status that the row would have had as a request of its own.' }),
    id: schema.optional().meta({ description: 'The id of the new entity.' }),
    position: z.int().optional().meta({ description: 'The position of its event.' }),
    problem: ProblemDocument.optional().meta({ description: 'Why the row was rejected.' }),
  });
}
export type BulkResult<Key extends Id = Id> = Omit<z.infer<ReturnType<typeof bulkResultOf>>, 'id'> & {
  readonly id?: Key | undefined;
};

/** Returns the idempotency key of a row. */
export function keyOfRow(key: string | undefined, row: number): string | undefined {
  return key === undefined ? undefined : `${key}#${row}`;
}

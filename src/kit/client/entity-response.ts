import type { z } from 'zod';
import { readPosition } from './pages.ts';
import { ProblemError } from './problem-error.ts';
import { readJson } from './read-json.ts';
import type { ClientResponse } from './transport.ts';

/** An entity as returned by the service. */
export type EntityResponse<Document> = {
  readonly document: Document;
  /** Position of the entity's last message; pass it as `ifMatch`. */
  readonly version: number;
  /** Read: the position that the response reflects. Write: the position of the appended event. */
  readonly position: number;
};

/** @throws ProblemError `not-understood` if the response has no version or does not match the schema. */
export function toEntityResponse<Document>(
  schema: z.ZodType<Document>,
  { headers, text }: ClientResponse,
): EntityResponse<Document> {
  const version = /^"(\d+)[";]/.exec(headers.get('ETag') ?? '')?.[1];
  if (version === undefined) throw new ProblemError('not-understood', 'The response has no version.');
  return {
    document: readJson(schema, text),
    version: Number(version),
    position: readPosition(headers),
  };
}

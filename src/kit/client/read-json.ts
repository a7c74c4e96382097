import { z } from 'zod';
import { parseStored } from '../domain/text.ts';
import { ProblemError } from './problem-error.ts';

/** @throws ProblemError `not-understood` if `text` is not JSON or does not match `schema`. */
export function readJson<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProblemError('not-understood', 'The response is not JSON.', { cause });
  }
  const parsed = parseStored(schema, value);
  if (parsed.success) return parsed.data;
  const detail = `The response does not match the schema of this client: ${z.prettifyError(parsed.error)}`;
  throw new ProblemError('not-understood', detail, { cause: parsed.error });
}

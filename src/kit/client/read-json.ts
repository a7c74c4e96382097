/** Answers are checked with the schemas that the services make them with, so that what has a type is of that type. */

import { z } from 'zod';
import { ProblemError } from './problem-error.ts';

/** @throws ProblemError `not-understood` for what is not JSON, or JSON of another shape. */
export function readJson<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProblemError('not-understood', 'The answer is not JSON.', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const detail = `The answer is not what this client knows: ${z.prettifyError(parsed.error)}`;
  throw new ProblemError('not-understood', detail, { cause: parsed.error });
}

import { problemMediaType, toProblemDocument } from '../../api/responses/problem-document.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ReadContext } from './operation.ts';

/** Retry-After of `unavailable`, in seconds. */
const retryAfterSeconds = 1;

export function respondWithProblem(
  ctx: Pick<ReadContext, 'status' | 'body' | 'set'>,
  problem: Problem,
): void {
  const document = toProblemDocument(problem);
  ctx.status = document.status;
  ctx.body = JSON.stringify(document);
  ctx.set('Content-Type', problemMediaType);
  if (problem.code === 'unavailable') ctx.set('Retry-After', String(retryAfterSeconds));
}

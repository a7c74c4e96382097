/** What an answer can be, against what its client accepts (RFC 9110, section 12.5.1). */

import type { Context } from 'koa';
import { Problem } from '../core/problem.ts';
import { jsonMediaType, type Operation } from './operation.ts';

/** The media types that the answers of an operation can have; none when no answer has a body. */
export function mediaTypesOf({ answers }: Pick<Operation, 'answers'>): string[] {
  const withBody = Object.values(answers).filter(({ body }) => body !== undefined);
  return [...new Set(withBody.map(({ mediaType = jsonMediaType }) => mediaType))];
}

/** @throws Problem `not-acceptable` when the client accepts none of `mediaTypes`. */
export function requireAcceptable(ctx: Context, mediaTypes: readonly string[]): void {
  const { accept } = ctx.req.headers;
  if (accept === undefined || accept === '*/*' || mediaTypes.length === 0) return;
  if (ctx.accepts([...mediaTypes]) !== false) return;
  throw new Problem('not-acceptable', `The answer is ${mediaTypes.join(' or ')}; Accept asks for another.`);
}

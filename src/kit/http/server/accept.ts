/** What an answer can be, against what its client accepts (RFC 9110, section 12.5.1). */

import type { Context } from 'koa';
import { Problem } from '../../domain/problem.ts';
import { jsonMediaType, type Operation } from './operation.ts';

/** The media types that a client of an operation may ask for, the usual one first; none when no answer has a body. */
export function mediaTypesOf({ responses, alsoAcceptable = [] }: Operation): string[] {
  const withBody = Object.values(responses).filter(({ body }) => body !== undefined);
  const served = withBody.flatMap(({ mediaType = jsonMediaType, alternatives = {} }) => [
    mediaType,
    ...Object.keys(alternatives),
  ]);
  return [...new Set([...served, ...alsoAcceptable])];
}

/**
 * The one of `mediaTypes` that the client prefers: by weight, then by the order in which it names them.
 *
 * @throws Problem `not-acceptable` when it accepts none of them.
 */
export function negotiate(ctx: Context, mediaTypes: readonly string[]): string {
  const [usual = ''] = mediaTypes;
  // Which one is served depends on the header also where it is absent.
  if (mediaTypes.length > 1) ctx.vary('Accept');
  const { accept } = ctx.req.headers;
  if (accept === undefined || accept === '*/*' || mediaTypes.length === 0) return usual;
  // With the parameter that a client may name; one that names none is served all the same.
  const offered = mediaTypes.map((mediaType) => `${mediaType};charset=utf-8`);
  const preferred = ctx.accepts(offered);
  const found = mediaTypes.find((_, index) => offered[index] === preferred);
  if (found !== undefined) return found;
  throw new Problem('not-acceptable', `The answer is ${mediaTypes.join(' or ')}; Accept asks for another.`);
}

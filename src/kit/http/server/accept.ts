/** Content negotiation by the Accept header (RFC 9110, section 12.5.1). */

import type { Context } from 'koa';
import { Problem } from '../../domain/problem.ts';
import { jsonMediaType, type Operation, type ReadContext } from './operation.ts';

/** Returns the media types that a client may request, the default first; empty if no response has a body. */
export function mediaTypesOf({
  responses,
  alsoAcceptable = [],
}: Pick<Operation, 'responses' | 'alsoAcceptable'>): string[] {
  const withBody = Object.values(responses).filter(({ body }) => body !== undefined);
  const served = withBody.flatMap(({ mediaType = jsonMediaType, alternatives = {} }) => [
    mediaType,
    ...Object.keys(alternatives),
  ]);
  return [...new Set([...served, ...alsoAcceptable])];
}

/** Whether an Accept header obviously selects the default type. */
export function acceptsDefault(accept: string | undefined, mediaTypes: readonly string[]): boolean {
  return accept === undefined || accept === '*/*' || mediaTypes.length === 0 || accept === mediaTypes[0];
}

/**
 * Returns the media type that the client prefers: by weight, then by the order in the Accept header.
 *
 * @throws Problem `not-acceptable` if the client accepts none of `mediaTypes`.
 */
export function negotiate(
  ctx: Pick<ReadContext, 'vary' | 'req'> & Partial<Pick<Context, 'accepts'>>,
  mediaTypes: readonly string[],
): string {
  const [defaultType = ''] = mediaTypes;
  // Set even if the request has no Accept header, because the response still depends on it.
  if (mediaTypes.length > 1) ctx.vary('Accept');
  if (acceptsDefault(ctx.req.headers.accept, mediaTypes)) return defaultType;
  // Offered with a charset, so that Accept headers with and without this parameter match.
  const offered = mediaTypes.map((mediaType) => `${mediaType};charset=utf-8`);
  const preferred = ctx.accepts?.(offered);
  const found = mediaTypes.find((_, index) => offered[index] === preferred);
  if (found !== undefined) return found;
  throw new Problem(
    'not-acceptable',
    `The Accept header allows none of the available media types: ${mediaTypes.join(', ')}.`,
  );
}

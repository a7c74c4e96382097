/** State shared by the middleware of one request. */

import type { Context } from 'koa';

export type RequestState = {
  /** The canonical path of the matching route: `/ports/{id}`. */
  route?: string;
  /** The decoded parameters of the path. */
  params?: Readonly<Record<string, string>>;
  traceparent?: string | undefined;
  /** The subject of the verified token; undefined if writes need no token. */
  actor?: string | undefined;
};

export function stateOf({ state }: Pick<Context, 'state'>): RequestState {
  return state;
}

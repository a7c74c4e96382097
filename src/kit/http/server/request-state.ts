/** What the stages of one request tell each other. */

import type { Context } from 'koa';

export type RequestState = {
  /** The route that took the request, by the name that comes first among its paths: `/ports/{id}`. */
  route?: string;
  /** The request's own place in its trace. */
  traceparent?: string | undefined;
};

export function stateOf({ state }: Pick<Context, 'state'>): RequestState {
  return state;
}

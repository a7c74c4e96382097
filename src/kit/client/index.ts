/** The typed HTTP client of a service, for Node and browsers. */

export {
  createClient,
  type EntityResponse,
  type ChangeOptions,
  type Client,
  type CommandMethods,
  type CommandResponse,
  type ListOptions,
  type Moment,
  type Reads,
  type WriteOptions,
} from './create-client.ts';
export { EventsGone, type FollowOptions, type SeenEvent } from './follow.ts';
export { type ReadOptions } from './pages.ts';
export { type QueryMethods, type QueryResponse } from './query-methods.ts';
export { ProblemError, type ClientProblemCode } from './problem-error.ts';
export { type CallOptions, type TransportOptions } from './transport.ts';

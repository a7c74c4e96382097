/** The typed HTTP client of a service, for Node and browsers. */

export {
  type ChangeOptions,
  type CommandMethods,
  type CommandResponse,
  type MergePatch,
  type PatchMethod,
  type WriteOptions,
} from './command-methods.ts';
export { createClient, type Client, type ListOptions, type Moment, type Reads } from './create-client.ts';
export { type EntityResponse } from './entity-response.ts';
export { EventsGone, type FollowOptions, type SeenEvent } from './follow.ts';
export { type ReadOptions } from './pages.ts';
export { type QueryMethods, type QueryResponse } from './query-methods.ts';
export { ProblemError, type ClientProblemCode } from './problem-error.ts';
export { type CallOptions, type TransportOptions } from './transport.ts';

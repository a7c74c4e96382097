/** The typed HTTP client of a service, for Node and browsers. */

export { type ManyOptions, type ManyResult } from './add-many.ts';
export {
  type CommandMethods,
  type CommandResponse,
  type ManyMethods,
  type MergePatch,
  type PatchMethod,
} from './command-methods.ts';
export {
  createClient,
  type Client,
  type HistoryOptions,
  type ListOptions,
  type Moment,
  type Reads,
} from './create-client.ts';
export { type EntityResponse } from './entity-response.ts';
export { EventsGone, type FollowOptions, type SeenEvent } from './follow.ts';
export { type ReadOptions } from './pages.ts';
export { type QueryMethods, type QueryResponse } from './query-methods.ts';
export { ProblemError, type ClientProblemCode } from './problem-error.ts';
export { type CallOptions, type TransportOptions } from './transport.ts';
export { type ChangeOptions, type WriteOptions } from './write-options.ts';

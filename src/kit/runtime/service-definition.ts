import type { Decider, DomainEvent } from '../domain/decider.ts';
import type { Contract, Follows, Lookups } from '../domain/followed-stream.ts';
import type { RequireJson } from '../domain/json-state.ts';
import type { NewEntity, Resource } from '../domain/resource.ts';
import type { ConfigDefaults } from './config/config.ts';

/** Everything that is specific to one service. */
export type ServiceDefinition<
  State,
  Command,
  Event extends DomainEvent,
  Add extends NewEntity,
  Change,
  Others,
> = {
  /** `import.meta.url` of the module that exports the service. The process for point-in-time lists imports it. */
  readonly module: string;
  /** The service's name, its stream, its events and the fold of its entity. */
  readonly contract: Contract<State, Event>;
  /**
   * Identifies the folds of the service's own and followed streams: a snapshot is used only by a service with the same
   * value. Default: a digest of the code, so that every change of it makes the replicas read the streams from the start. If
   * given, change it whenever a fold can return another state for the same messages.
   */
  readonly foldVersion?: string;
  /** Shown in the API documents, the status, metrics and spans. */
  readonly version: string;
  /** The product that the service belongs to, see {@link createProduct}. Default: `portside`. */
  readonly product?: string;
  readonly defaults: ConfigDefaults;
  readonly decider: Decider<State, Command, Event, Lookups<Others>>;
  readonly resource: Resource<State, Command, Add, Change, Others>;
  /** The streams of other services that this service follows. */
  readonly follows?: Follows<Others>;
};

/** A service definition with its type parameters erased, as used by the runtime. */
export type Service = ServiceDefinition<
  unknown,
  unknown,
  DomainEvent,
  NewEntity,
  unknown,
  Readonly<Record<string, unknown>>
>;

/** Declares a service. The compiler checks the parts against each other here; the runtime uses the erased type. */
export function defineService<
  State,
  Command,
  Event extends DomainEvent,
  Add extends NewEntity,
  Change,
  Others,
>(definition: ServiceDefinition<State, Command, Event, Add, Change, Others> & RequireJson<State>): Service {
  // The runtime passes to each function only values that the definition's own schemas and functions returned.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return definition as unknown as Service;
}

/** All that is special about a service; everything else under runtime serves any. */

import type { Decider, DomainEvent } from '../core/decider.ts';
import type { EventSchema } from '../core/event-schema.ts';
import type { Resource } from '../core/resource.ts';
import type { Follows, Lookups } from '../core/followed.ts';
import type { ConfigDefaults } from './config.ts';

export type ServiceDefinition<State, Command, Event extends DomainEvent, Add, Change, Others> = {
  /** The service's name, and the first token of its subjects. */
  readonly name: string;
  /** The definition of its stream; default: `streams/<name>.json`. */
  readonly streamFile?: URL;
  readonly defaults: ConfigDefaults;
  readonly events: EventSchema<Event>;
  readonly decider: Decider<State, Command, Event, Lookups<Others>>;
  readonly resource: Resource<State, Command, Add, Change, Others>;
  /** The streams of other services that this one follows, by the names of those services. */
  readonly follows?: Follows<Others>;
};

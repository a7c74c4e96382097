/** The services that are looked at, with what the checks have to know of each. */

import { createCodec } from '../../src/nats/codec.ts';
import { createEventStore } from '../../src/nats/event-store.ts';
import { eventSubjects } from '../../src/nats/subjects.ts';
import type { DomainEvent } from '../../src/core/decider.ts';
import { laptopService } from '../../src/laptops/service.ts';
import { portService } from '../../src/ports/service.ts';
import type { EventLogDefinition } from '../../src/runtime/event-log.ts';
import type { Broker } from './servers.ts';

/** A service whose rules are carried along, and never called with anything but what they gave out themselves. */
export type Service = EventLogDefinition<unknown, DomainEvent>;

export const services: readonly Service[] = [laptopService, portService].map(({ name, events, decider }) => ({
  name,
  events,
  fold: decider,
}));

/** The stream's last position as its leader says it, 0 when it is empty. */
export function askLastPosition(
  { connection, jsm }: Broker,
  { name, events }: Service,
  stream: string,
): Promise<number> {
  const subjects = eventSubjects(name);
  const codec = createCodec(events, subjects);
  return createEventStore({ connection, jsm, stream, subjects, codec }).lastPosition();
}

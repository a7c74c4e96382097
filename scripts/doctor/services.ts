import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { portService } from '../../src/ports/port.ts';
import type { Service } from '../../src/kit/domain/service/service.ts';
import type { Broker } from './servers.ts';

export const services: readonly Service[] = [laptopService, portService];

/** Reads the last position of a stream from its leader; 0 for an empty stream. */
export function fetchLastPosition(
  { connection, jsm }: Broker,
  { contract: { name, events } }: Service,
  stream: string,
): Promise<number> {
  const subjects = eventSubjects(name);
  const codec = createCodec(events, subjects);
  return createEventStore({ connection, jsm, stream, subjects, codec }).lastPosition();
}

import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { portService } from '../../src/ports/port.ts';
import type { Contract } from '../../src/kit/domain/followed-stream.ts';
import type { Broker } from './servers.ts';

export type Service = Pick<Contract<unknown>, 'name' | 'events' | 'fold'>;

export const services: readonly Service[] = [laptopService, portService].map(({ contract }) => contract);

/** Reads the last position of a stream from its leader; 0 for an empty stream. */
export function fetchLastPosition(
  { connection, jsm }: Broker,
  { name, events }: Service,
  stream: string,
): Promise<number> {
  const subjects = eventSubjects(name);
  const codec = createCodec(events, subjects);
  return createEventStore({ connection, jsm, stream, subjects, codec }).lastPosition();
}

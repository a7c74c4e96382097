/** The services that are looked at, with what the checks have to know of each. */

import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { laptopService } from '../../src/laptops/service.ts';
import { portService } from '../../src/ports/service.ts';
import type { Contract } from '../../src/kit/domain/followed-stream.ts';
import type { Broker } from './servers.ts';

export type Service = Pick<Contract<unknown>, 'name' | 'events' | 'fold'>;

export const services: readonly Service[] = [laptopService, portService].map(({ contract }) => contract);

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

/** Publishes laptop events directly to the stream, in the service's own format. */

import { createHash, randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from 'nats';
import { defaultProduct } from '../../../src/kit/domain/product.ts';
import { messageIdHeader } from '../../../src/kit/nats/connection/headers.ts';

export function laptopBody(id: number) {
  return { title: 'Lenovo', model: `ThinkPad X1 Carbon Gen ${id % 13}, configuration ${id}` };
}

export function addedEvent(id: number): object {
  return { type: 'LaptopAdded', ...laptopBody(id) };
}

/** Every 5000th publish waits for its acknowledgement. Otherwise, messages would accumulate in the broker's memory. */
const window = 5_000;

/** Publishes `count` events, numbered from 1, with the headers of the service. Resolves when the last one is stored. */
export async function publishEvents(
  nc: NatsConnection,
  count: number,
  eventOf: (number: number) => { readonly id: number; readonly event: object },
): Promise<void> {
  const js = jetstream(nc);
  for (let number = 1; number <= count; number++) {
    const { id, event } = eventOf(number);
    const fields = headers();
    fields.set(messageIdHeader, randomUUID());
    fields.set(
      defaultProduct.commandDigestHeader,
      createHash('sha256').update(String(number)).digest('base64url').slice(0, 22),
    );
    const subject = `laptops.events.${id}`;
    const payload = JSON.stringify(event);
    if (number % window === 0 || number === count) {
      await js.publish(subject, payload, { headers: fields, timeout: 60_000 });
    } else nc.publish(subject, payload, { headers: fields });
  }
}

/** Adds the laptops 1 to `count`. */
export function addLaptops(nc: NatsConnection, count: number): Promise<void> {
  return publishEvents(nc, count, (id) => ({ id, event: addedEvent(id) }));
}

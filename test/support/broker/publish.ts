/** Publishes events directly to a stream, bypassing the services. */

import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';

/** Maximum number of unacknowledged publishes. */
const concurrency = 200;

/** Publishes the messages in order and returns their positions. */
export async function publishAll(
  nc: NatsConnection,
  messages: readonly { readonly subject: string; readonly payload: string }[],
): Promise<number[]> {
  const js = jetstream(nc);
  const positions: number[] = [];
  for (let start = 0; start < messages.length; start += concurrency) {
    const acks = await Promise.all(
      messages.slice(start, start + concurrency).map(({ subject, payload }) => js.publish(subject, payload)),
    );
    positions.push(...acks.map(({ seq }) => seq));
  }
  return positions;
}

/** Builds a `LaptopAdded` message. */
export function laptopAdded(id: number, title = 'Lenovo', model = 'S3') {
  return {
    subject: `laptops.events.${id}`,
    payload: JSON.stringify({ type: 'LaptopAdded', title, model }),
  };
}

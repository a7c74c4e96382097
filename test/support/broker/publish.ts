/** Events published straight into a stream, past every service, as fast as the broker takes them. */

import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';

/** How many publishes wait for their acknowledgement at once. */
const atOnce = 200;

/** Publishes `payloads`, each on its subject, in order; resolves with their positions. */
export async function publishAll(
  nc: NatsConnection,
  messages: readonly { readonly subject: string; readonly payload: string }[],
): Promise<number[]> {
  const js = jetstream(nc);
  const positions: number[] = [];
  for (let start = 0; start < messages.length; start += atOnce) {
    const acks = await Promise.all(
      messages.slice(start, start + atOnce).map(({ subject, payload }) => js.publish(subject, payload)),
    );
    positions.push(...acks.map(({ seq }) => seq));
  }
  return positions;
}

/** A new laptop's event, as a message. */
export function laptopAdded(id: number, title = 'Lenovo', model = 'S3') {
  return {
    subject: `laptops.events.${id}`,
    payload: JSON.stringify({ type: 'LaptopAdded', title, model }),
  };
}

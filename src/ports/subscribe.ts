/** Follows the ports' events over NATS. */

import { subscribe, type SubscribeOptions, type Subscription } from '../subscriber/subscribe.ts';
import { portEvents, type PortEvent } from './events.ts';

/** @throws as `subscribe`. */
export function subscribeToPorts(options: SubscribeOptions<PortEvent>): Promise<Subscription> {
  return subscribe({ name: 'ports', stream: 'PORTS', events: portEvents }, options);
}

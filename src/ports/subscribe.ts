/** Follows the ports' events over NATS. */

import { portEvents, type PortEvent } from '#contracts/ports';
import { subscribe, type SubscribeOptions, type Subscription } from '@portside/kit/subscriber';

/** @throws as `subscribe`. */
export function subscribeToPorts(options: SubscribeOptions<PortEvent>): Promise<Subscription> {
  return subscribe({ name: 'ports', stream: 'PORTS', events: portEvents }, options);
}

/** Follows the laptops' events over NATS. */

import { subscribe, type SubscribeOptions, type Subscription } from '../subscriber/subscribe.ts';
import { laptopEvents, type LaptopEvent } from './events.ts';

/** @throws as `subscribe`. */
export function subscribeToLaptops(options: SubscribeOptions<LaptopEvent>): Promise<Subscription> {
  return subscribe({ name: 'laptops', stream: 'LAPTOPS', events: laptopEvents }, options);
}

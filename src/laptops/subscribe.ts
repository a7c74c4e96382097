/** Follows the laptops' events over NATS. */

import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { subscribe, type SubscribeOptions, type Subscription } from '@portside/kit/subscriber';

/** @throws as `subscribe`. */
export function subscribeToLaptops(options: SubscribeOptions<LaptopEvent>): Promise<Subscription> {
  return subscribe({ name: 'laptops', stream: 'LAPTOPS', events: laptopEvents }, options);
}

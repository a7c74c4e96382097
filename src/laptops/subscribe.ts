import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { subscribe, type SubscribeOptions, type Subscription } from '@portside/kit/subscriber';

/** Subscribes to the events of laptops over NATS. Throws the errors of `subscribe`. */
export function subscribeToLaptops(options: SubscribeOptions<LaptopEvent>): Promise<Subscription> {
  return subscribe({ name: 'laptops', stream: 'LAPTOPS', events: laptopEvents }, options);
}

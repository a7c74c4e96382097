import { portEvents, type PortEvent } from '#contracts/ports';
import { subscribe, type SubscribeOptions, type Subscription } from '@portside/kit/subscriber';

/** Subscribes to the events of ports over NATS. Throws the errors of `subscribe`. */
export function subscribeToPorts(options: SubscribeOptions<PortEvent>): Promise<Subscription> {
  return subscribe({ name: 'ports', stream: 'PORTS', events: portEvents }, options);
}

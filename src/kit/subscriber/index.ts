/** The typed subscriber of a service's events over NATS. */

export { StreamReplaced } from '../nats/stream/stream-identity.ts';
export {
  type DurableOptions,
  type From,
  type SubscribedService,
  type SubscribeOptions,
  type Subscription,
} from './options.ts';
export { subscribe } from './subscribe.ts';

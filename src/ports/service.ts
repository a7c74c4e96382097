/** The port service: its rules, its door and its defaults, put together. */

import { portEvents } from './events.ts';
import { knownLaptops } from './known-laptops.ts';
import { portDecider } from './port.ts';
import { portResource } from './routes.ts';

export const portService = {
  name: 'ports',
  defaults: { httpPort: 5001, probePort: 9001 },
  events: portEvents,
  decider: portDecider,
  resource: portResource,
  follows: { laptops: knownLaptops },
};

/** The laptop service: its rules, its door and its defaults, put together. */

import { laptopEvents } from './events.ts';
import { knownPorts } from './known-ports.ts';
import { laptopDecider } from './laptop.ts';
import { laptopResource } from './routes.ts';

export const laptopService = {
  name: 'laptops',
  defaults: { httpPort: 5000, probePort: 9000 },
  events: laptopEvents,
  decider: laptopDecider,
  resource: laptopResource,
  follows: { ports: knownPorts },
};

/** The charger service: its rules, its doors and its defaults, put together. */

import { chargerDecider } from './charger.ts';
import { chargerEvents } from './events.ts';
import { knownPorts } from './known-ports.ts';
import { chargerResource } from './routes.ts';

export const chargerService = {
  name: 'chargers',
  streamFile: new URL('streams/chargers.json', import.meta.url),
  defaults: { httpPort: 5002, probePort: 9002 },
  events: chargerEvents,
  decider: chargerDecider,
  resource: chargerResource,
  follows: { ports: knownPorts },
};

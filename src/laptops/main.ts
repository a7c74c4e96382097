/** The laptop service as a process. */

import { runService } from '../runtime/run.ts';
import { laptopEvents } from './events.ts';
import { laptopDecider } from './laptop.ts';
import { laptopResource } from './routes.ts';

await runService({
  name: 'laptops',
  defaults: { httpPort: 5000, probePort: 9000 },
  events: laptopEvents,
  decider: laptopDecider,
  resource: laptopResource,
});

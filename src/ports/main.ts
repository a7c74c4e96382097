/** The port service as a process. */

import { runService } from '../runtime/run.ts';
import { portEvents } from './events.ts';
import { portDecider } from './port.ts';
import { portResource } from './routes.ts';

await runService({
  name: 'ports',
  defaults: { httpPort: 5001, probePort: 9001 },
  events: portEvents,
  decider: portDecider,
  resource: portResource,
});

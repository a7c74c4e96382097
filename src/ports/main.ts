/** The port service as a process. */

import { runService } from '../runtime/run.ts';
import { portService } from './service.ts';

await runService(portService);

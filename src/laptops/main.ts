/** The laptop service as a process. */

import { runService } from '../runtime/run.ts';
import { laptopService } from './service.ts';

await runService(laptopService);

/** The charger service as a process. */

import { runService } from '../../src/runtime/run.ts';
import { chargerService } from './service.ts';

await runService(chargerService);

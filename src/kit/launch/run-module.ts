/** Process that runs a service. Argument: the URL of the module that exports it. */

import { fileURLToPath } from 'node:url';
import { runService } from '../runtime/run.ts';
import { loadService } from './load-service.ts';

const [, , moduleUrl = ''] = process.argv;
await runService(await loadService(fileURLToPath(moduleUrl)));

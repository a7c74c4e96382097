/** Runs the service in production. `npm start` runs it together with a nats-server. */

import { runService } from '@portside/kit/runtime';
import { __noun__Service } from './service.ts';

await runService(__noun__Service);

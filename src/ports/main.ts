import { runService } from '@portside/kit/runtime';
import { portService } from './service.ts';

await runService(portService);

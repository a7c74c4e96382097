import { runService } from '@portside/kit/runtime';
import { portService } from './port.ts';

await runService(portService);

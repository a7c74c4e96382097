import { runService } from '@portside/kit/runtime';
import { laptopService } from './service.ts';

await runService(laptopService);

import { runService } from '@portside/kit/runtime';
import { chargerService } from './service.ts';

await runService(chargerService);

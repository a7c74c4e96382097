import { runService } from '@portside/kit/runtime';
import { vanService } from './vans.ts';

await runService(vanService);

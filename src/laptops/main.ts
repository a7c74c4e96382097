import { runService } from '@portside/kit/runtime';
import { laptopService } from './laptop.ts';

await runService(laptopService);

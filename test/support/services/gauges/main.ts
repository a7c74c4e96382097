import { runService } from '@portside/kit/runtime';
import { gaugeService } from './gauges.ts';

await runService(gaugeService);

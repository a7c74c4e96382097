import { runService } from '@portside/kit/runtime';
import { labelService } from './labels.ts';

await runService(labelService);

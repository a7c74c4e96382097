import { runService } from '@portside/kit/runtime';
import { dockService } from './dock.ts';

await runService(dockService);

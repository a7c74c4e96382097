import { runService } from '@portside/kit/runtime';
import { chargerService } from './charger.ts';

await runService(chargerService);

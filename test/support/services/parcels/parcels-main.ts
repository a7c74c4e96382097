import { runService } from '@portside/kit/runtime';
import { parcelService } from './parcels.ts';

await runService(parcelService);

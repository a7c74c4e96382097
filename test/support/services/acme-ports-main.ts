import { runService } from '@portside/kit/runtime';
import { acmePortService } from './acme-ports.ts';

await runService(acmePortService);

import { runService } from '@portside/kit/runtime';
import { noticeService } from './notices.ts';

await runService(noticeService);

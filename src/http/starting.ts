/** What a service answers while it is starting: its page, which shows how far it is, and 503 to everything else. */

import type { RequestListener } from 'node:http';
import { Problem } from '../core/problem.ts';
import { createApp, type AppOptions } from './app.ts';
import { createRouter } from './router.ts';
import { pageOperations } from './service-page.ts';

export type StartingOptions = Pick<AppOptions, 'onInternalError'> & {
  /** The title of the page. */
  readonly title: string;
  /** Says what is still to be done, in a sentence for a person. */
  describe(): string;
};

export function answerStarting({ title, describe, onInternalError }: StartingOptions): RequestListener {
  const router = createRouter(pageOperations(title));
  router.all(/.*/, () => {
    throw new Problem('unavailable', describe());
  });
  return createApp({ router, onInternalError }).callback();
}

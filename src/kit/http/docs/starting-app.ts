import type { RequestListener } from 'node:http';
import { Problem } from '../../domain/problem.ts';
import { createApp, type AppOptions } from '../server/app.ts';
import { createRouter } from '../server/router.ts';
import { consoleOperations, type ConsoleFiles } from './console-operations.ts';

export type StartingOptions = Pick<AppOptions, 'onInternalError'> & {
  readonly title: string;
  readonly consoleFiles: ConsoleFiles;
  /** Returns the current startup step as a sentence. */
  describe(): string;
};

/** Until the service has started, serves the console, which shows the progress, and responds 503 to all other requests. */
export function createStartingApp(options: StartingOptions): RequestListener {
  const { title, consoleFiles, describe, onInternalError } = options;
  const router = createRouter(consoleOperations(title, consoleFiles));
  const app = createApp({ router, onInternalError });
  app.use(() => {
    throw new Problem('unavailable', describe());
  });
  return app.callback();
}

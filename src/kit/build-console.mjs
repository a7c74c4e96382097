/** Copies the web console, which needs no build step, beside the compiled code. */

import { cpSync } from 'node:fs';

cpSync(new URL('console/', import.meta.url), new URL('dist/console/', import.meta.url), {
  recursive: true,
  filter: (path) => !/(?:\.ts|tsconfig\.json)$/.test(path),
});

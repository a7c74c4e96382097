/** Copies the files that need no build step beside the compiled code: the web console and the templates. */

import { cpSync, rmSync } from 'node:fs';

/** @param {string} name */
const source = (name) => new URL(`${name}/`, import.meta.url);
/** @param {string} name */
const target = (name) => new URL(`dist/${name}/`, import.meta.url);

cpSync(source('console'), target('console'), {
  recursive: true,
  filter: (path) => !/(?:\.ts|tsconfig\.json)$/.test(path),
});
// A template that was renamed must not remain.
rmSync(target('templates'), { recursive: true, force: true });
cpSync(source('templates'), target('templates'), { recursive: true });

import { readdirSync, readFileSync } from 'node:fs';
import type { ConsoleFiles } from '../http/docs/console-operations.ts';

const folder = new URL('../console/', import.meta.url);

/** The modules, styles and icon of the web console by path. They are served unchanged, without a build step. */
export function readConsoleFiles(): ConsoleFiles {
  const paths = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => /\.(?:js|css|svg)$/.test(path));
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, folder))]));
}

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ConsoleFiles } from '../http/docs/console-operations.ts';

/** The console, and what it shares with the client. */
const folders = ['../console/', '../event-stream/'].map((path) => new URL(path, import.meta.url));

/**
 * The modules, styles and icon of the web console by file name. They are served from one path, so the imports between the
 * folders of the modules are changed to it; nothing else is.
 */
export function readConsoleFiles(): ConsoleFiles {
  const files = new Map<string, Buffer>();
  for (const folder of folders) {
    for (const path of readdirSync(folder, { recursive: true }).map(String)) {
      if (!/\.(?:js|css|svg)$/.test(path)) continue;
      const name = basename(path);
      if (files.has(name)) throw new Error(`the console has two files with the name ${name}`);
      const content = readFileSync(new URL(path, folder));
      files.set(name, name.endsWith('.js') ? flattenImports(content) : content);
    }
  }
  return files;
}

/** `from '../parts/text.js'` → `from './text.js'` */
function flattenImports(module: Buffer): Buffer {
  return Buffer.from(module.toString().replaceAll(/(?<=\bfrom ')[./]+(?:[\w-]+\/)?(?=[\w-]+\.js')/g, './'));
}

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ConsoleFiles } from '../http/docs/console-operations.ts';

/** The console, and what it shares with the client. */
const folders = ['../console/', '../event-stream/'].map((path) => new URL(path, import.meta.url));

/**
 * The modules, styles and icon of the web console by file name. The modules are served from one path, so the imports between
 * their folders are changed to it. The style sheets of a folder are served as one file, with the name of the folder. Nothing
 * else is changed.
 */
export function readConsoleFiles(): ConsoleFiles {
  const files = new Map<string, Buffer>();
  for (const folder of folders) {
    const paths = readdirSync(folder, { recursive: true }).map(String).toSorted();
    for (const path of paths) {
      if (!/\.(?:js|css|svg)$/.test(path)) continue;
      const content = readFileSync(new URL(path, folder));
      if (path.endsWith('.css')) {
        const name = `${dirname(path)}.css`;
        files.set(name, Buffer.concat([files.get(name) ?? Buffer.of(), content]));
        continue;
      }
      const name = basename(path);
      if (files.has(name)) throw new Error(`the console has two files with the name ${name}`);
      files.set(name, name.endsWith('.js') ? flattenImports(content) : content);
    }
  }
  return files;
}

/** `from '../../parts/text.js'` → `from './text.js'` */
function flattenImports(module: Buffer): Buffer {
  return Buffer.from(module.toString().replaceAll(/(?<=\bfrom ')[./]+(?:[\w-]+\/)*(?=[\w-]+\.js')/g, './'));
}

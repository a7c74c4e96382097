import { readdirSync, readFileSync } from 'node:fs';
import type { ConsoleFiles } from '../../http/docs/console-operations.ts';
import { joinModules } from './join-modules.ts';

const folder = new URL('../../console/', import.meta.url);

/** Third-party modules, by the file name with which the console imports them. */
const libraries: Readonly<Record<string, string>> = {
  'preact.js': 'htm/preact/standalone',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
};

/** In this order, because later rules have precedence. */
const styleFolders = ['style', 'content'];

/** The files of the web console by name. The modules are joined to one, and so are the style sheets. Nothing else is changed. */
export function readConsoleFiles(): ConsoleFiles {
  const files = Object.entries(libraries).map(([name, source]) => [name, readPackaged(source)] as const);
  const modules = joinModules(new URL('main.js', folder), Object.keys(libraries));
  return new Map([
    ['main.js', Buffer.from(modules)],
    ...files,
    ['style.css', Buffer.concat([readPackaged('uplot/dist/uPlot.min.css'), ...readStyles()])],
    ['icon.svg', readFileSync(new URL('icon.svg', folder))],
  ]);
}

function readStyles(): Buffer[] {
  return styleFolders.flatMap((name) => {
    const styles = new URL(`${name}/`, folder);
    return readdirSync(styles)
      .toSorted()
      .map((file) => readFileSync(new URL(file, styles)));
  });
}

function readPackaged(file: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(file)));
}

/** Joins the modules of the web console, so that the browser sends one request for all of them. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The forms of imports and exports that the console uses. */
const importPattern = /^import (?:\{([^}]*)\}|(\w+)) from '([^']+)';\n/gm;
const exportPattern = /^export (?=(?:async )?(?:function\*?|const|class) ?(\w+))/gm;
const otherForm = /^(?:import|export)\b.*/m;

/**
 * Returns a module with the code of `entry` and of every module that it imports, in the order of their dependencies. Each is a block, so
 * their private names do not collide.
 *
 * @param libraries file names of third-party modules, which are imported from the folder of the joined module
 * @throws Error if modules import each other, or one has an import or export of another form
 */
export function joinModules(entry: URL, libraries: readonly string[]): string {
  const blocks: string[] = [];
  const joined = new Set<string>();

  function add(url: URL, importers: readonly string[]): void {
    const { href } = url;
    if (importers.includes(href))
      throw new Error(`modules import each other: ${[...importers, href].join(', ')}`);
    if (joined.has(href)) return;
    const { imports, code, exports } = parse(url);
    for (const { source } of imports) {
      if (!libraries.includes(basename(source))) add(new URL(source, url), [...importers, href]);
    }
    const constants = imports.map(
      ({ names, source }) => `const { ${names} } = modules['${keyOf(new URL(source, url))}'];\n`,
    );
    blocks.push(`{\n${constants.join('')}${code}modules['${keyOf(url)}'] = { ${exports.join(', ')} };\n}\n`);
    joined.add(href);
  }

  /** The path from the folder of `entry`; of a library, its file name. */
  const keyOf = ({ pathname }: URL) => {
    const name = basename(pathname);
    return libraries.includes(name) ? name : pathname.replace(new URL('.', entry).pathname, '');
  };
  add(entry, []);
  const imports = libraries.map((name, index) => `import * as library${index} from './${name}';\n`);
  const entries = libraries.map((name, index) => `'${name}': library${index}`);
  return `${imports.join('')}const modules = { ${entries.join(', ')} };\n${blocks.join('')}`;
}

function parse(url: URL) {
  const text = readFileSync(url, 'utf8');
  const imports = Array.from(text.matchAll(importPattern), ([, names, whole, source = '']) => ({
    names: names?.replaceAll(' as ', ': ').trim() ?? `default: ${whole}`,
    source,
  }));
  const exports = Array.from(text.matchAll(exportPattern), ([, name = '']) => name);
  const code = text.replaceAll(importPattern, '').replaceAll(exportPattern, '');
  const [other] = otherForm.exec(code) ?? [];
  if (other !== undefined)
    throw new Error(`${url.pathname} has an import or export of another form: ${other}`);
  return { imports, code, exports };
}

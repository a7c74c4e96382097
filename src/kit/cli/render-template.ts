import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** npm does not publish files with these names, so the templates have them without the dot. */
const dotFiles: Readonly<Record<string, string>> = { gitignore: '.gitignore', dockerignore: '.dockerignore' };

/**
 * Copies a template into `target`, and replaces each `__key__` in the names and the contents of its files by the value of
 * `key`. Returns the paths of the new files, relative to `target`.
 *
 * @throws Error if a value is missing, or if a file exists already.
 */
export async function renderTemplate(
  template: string,
  target: string,
  values: Readonly<Record<string, string>>,
): Promise<string[]> {
  const source = fileURLToPath(new URL(`../templates/${template}`, import.meta.url));
  const created: string[] = [];
  for (const entry of (await readdir(source, { recursive: true })).toSorted()) {
    const file = join(source, entry);
    if ((await stat(file)).isDirectory()) continue;
    const path = fill(entry, values).replace(/[^/\\]+$/, (name) => dotFiles[name] ?? name);
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), fill(await readFile(file, 'utf8'), values), { flag: 'wx' });
    created.push(path);
  }
  return created;
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/__([a-zA-Z]+)__/g, (placeholder, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`the template contains ${placeholder}, which has no value`);
    return value;
  });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '../src/kit/domain/service/service.ts';
import { loadService } from '../src/kit/launch/load-service.ts';
import { ROOT } from './setup/root.mjs';

/** Returns the services below a folder of the checkout: those that a `main.ts` in one of its sub-folders runs. */
export async function findServices(folder: 'src' | 'examples'): Promise<Service[]> {
  const folders = readdirSync(join(ROOT, folder)).toSorted();
  const entries = folders
    .map((name) => join(ROOT, folder, name, 'main.ts'))
    .filter((file) => existsSync(file));
  return Promise.all(
    entries.map((entry) => {
      const imported = /from '\.\/(.+)'/.exec(readFileSync(entry, 'utf8'))?.[1];
      if (imported === undefined) throw new Error(`${entry} does not import a service`);
      return loadService(join(entry, '..', imported));
    }),
  );
}

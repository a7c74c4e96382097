/** Programs that come from the system's own packages. */

import { findOnPath } from '../../setup/command.mjs';
import { CannotRun, runIn, step, type Workshop } from './workshop.ts';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The path of a program, from the package that has it when it is not there yet. The package stays.
 *
 * @throws CannotRun where there is no apt, no package, or no right to install one.
 */
export async function provideProgram(workshop: Workshop, name: string, fromPackage: string): Promise<string> {
  const [found] = findOnPath(name, workshop.env);
  if (found !== undefined) return found;
  if (!isRoot()) throw new CannotRun(`there is no ${name}, and only root may install one`);
  await step(workshop, `installing ${fromPackage}`, () => install(workshop, fromPackage));
  const [installed] = findOnPath(name, workshop.env);
  if (installed === undefined) throw new CannotRun(`the package ${fromPackage} has no ${name}`);
  return installed;
}

async function install({ env, ...workshop }: Workshop, name: string): Promise<void> {
  const apt = (...args: string[]) =>
    runIn({ ...workshop, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } }, 'apt-get', args);
  const get = () => apt('install', '--yes', '--no-install-recommends', name);
  try {
    // The package lists may be missing or old.
    await get().catch(() => apt('update').then(get));
  } catch (error) {
    throw new CannotRun(`${name} cannot be installed: ${String(error)}`, { cause: error });
  }
}

import { findOnPath } from '../../setup/command.mjs';
import { UnsupportedEnvironment, runIn, step, type RunContext } from './run-context.ts';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Returns the path of a program. Installs its system package if necessary; the package remains installed.
 *
 * @throws UnsupportedEnvironment if apt, the package or root privileges are missing.
 */
export async function ensureProgram(context: RunContext, name: string, fromPackage: string): Promise<string> {
  const [found] = findOnPath(name, context.env);
  if (found !== undefined) return found;
  if (!isRoot()) throw new UnsupportedEnvironment(`${name} not found, and installing it requires root`);
  await step(context, `installing ${fromPackage}`, () => install(context, fromPackage));
  const [installed] = findOnPath(name, context.env);
  if (installed === undefined)
    throw new UnsupportedEnvironment(`the package ${fromPackage} does not contain ${name}`);
  return installed;
}

async function install({ env, ...context }: RunContext, name: string): Promise<void> {
  const apt = (...args: string[]) =>
    runIn({ ...context, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } }, 'apt-get', args);
  const installPackage = () => apt('install', '--yes', '--no-install-recommends', name);
  try {
    // The package lists may be missing or outdated.
    await installPackage().catch(() => apt('update').then(installPackage));
  } catch (error) {
    throw new UnsupportedEnvironment(`${name} cannot be installed: ${String(error)}`, { cause: error });
  }
}

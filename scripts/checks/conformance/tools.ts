import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPythonTools } from '../../examples/python-environment.ts';
import { installDependencies } from '../../setup/dependencies.mjs';
import { createProgress } from '../../setup/progress.mjs';

/** The tools are pinned, configured and installed in this folder. */
export const conformanceFolder = fileURLToPath(new URL('../../../conformance', import.meta.url));

/** Installs the npm tools unless they are up to date. */
export async function installNpmTools(): Promise<void> {
  await installDependencies({ progress: createProgress(process.stderr), root: conformanceFolder });
}

/** Returns the path of the executable of an npm tool. */
export function npmTool(name: string): string {
  return join(conformanceFolder, 'node_modules', '.bin', name);
}

/** Installs schemathesis unless it is up to date. Returns its path, or the reason why it cannot be installed. */
export async function installSchemathesis(): Promise<{ program: string } | { missing: string }> {
  const tools = await installPythonTools(conformanceFolder, 'schemathesis');
  return 'missing' in tools ? tools : { program: join(tools.programs, 'st') };
}

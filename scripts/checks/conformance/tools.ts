/** The outside tools: pinned in `conformance/`, installed there and nowhere else. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPythonTools } from '../../examples/python-environment.ts';
import { installDependencies } from '../../setup/dependencies.mjs';
import { createProgress } from '../../setup/progress.mjs';

/** The folder of the tools, their versions and their settings. */
export const conformanceFolder = fileURLToPath(new URL('../../../conformance', import.meta.url));

/** Installs the tools that come from npm unless they are there. */
export async function installNpmTools(): Promise<void> {
  await installDependencies({ progress: createProgress(process.stderr), root: conformanceFolder });
}

/** The program of a tool that comes from npm. */
export function npmTool(name: string): string {
  return join(conformanceFolder, 'node_modules', '.bin', name);
}

/** Installs schemathesis unless it is there; its program, or why there can be none on this machine. */
export async function installSchemathesis(): Promise<{ program: string } | { missing: string }> {
  const tools = await installPythonTools(conformanceFolder, 'schemathesis');
  return 'missing' in tools ? tools : { program: join(tools.programs, 'st') };
}

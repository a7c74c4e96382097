/** The outside tools: pinned in `conformance/`, installed there and nowhere else. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { installDependencies } from '../setup/dependencies.mjs';
import { createProgress } from '../setup/progress.mjs';

/** The folder of the tools, their versions and their settings. */
export const conformanceFolder = fileURLToPath(new URL('../../conformance', import.meta.url));

/** Installs the tools that come from npm unless they are there. */
export async function installNpmTools(): Promise<void> {
  await installDependencies({ progress: createProgress(process.stderr), root: conformanceFolder });
}

/** The program of a tool that comes from npm. */
export function npmTool(name: string): string {
  return join(conformanceFolder, 'node_modules', '.bin', name);
}

const isPythonRecent = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Installs schemathesis unless it is there; its program, or why there can be none on this machine. */
export async function installSchemathesis(): Promise<{ program: string } | { missing: string }> {
  const environment = join(conformanceFolder, '.venv');
  const requirements = join(conformanceFolder, 'requirements.txt');
  const installed = join(environment, 'installed.txt');
  const program = join(environment, 'bin', 'st');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { program };

  const [python] = findOnPath('python3', process.env);
  if (python === undefined) return { missing: 'no Python' };
  try {
    await runCommand(python, ['-c', isPythonRecent]);
  } catch {
    return { missing: 'no Python 3.10 or newer with venv and pip' };
  }
  const step = createProgress(process.stderr).begin('schemathesis');
  try {
    await runCommand(python, ['-m', 'venv', '--clear', environment]);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ];
    await runCommand(join(environment, 'bin', 'python'), pip);
    writeFileSync(installed, wanted);
    step.end('installed');
  } catch (error) {
    step.end('failed');
    throw error;
  }
  return { program };
}

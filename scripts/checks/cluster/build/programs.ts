/** Builds the programs of a Kubernetes cluster, and kube-score, from Go modules. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../setup/command.mjs';
import { createProgress, type Step } from '../../../setup/progress.mjs';
import { ROOT, toolsFolder } from '../../../setup/root.mjs';
import { UnsupportedEnvironment } from '../../containers/run-context.ts';

/** Git-ignored folder for the programs, the images and the data of the cluster. */
export const clusterFolder = join(toolsFolder(ROOT), 'kubernetes');

const modules = fileURLToPath(new URL('../programs', import.meta.url));

export const kubernetesVersion = '1.35.4';

type GoProgram = {
  /** Name of the program and of the folder with its go.mod. */
  readonly name: string;
  /** The package that contains the command. */
  readonly goPackage: string;
  /** Variables of packages that contain the version; Kubernetes compares it. */
  readonly variables?: Readonly<Record<string, string>>;
};

const [major = '', minor = ''] = kubernetesVersion.split('.');
const versionVariables = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
  [`${path}.gitVersion`, `v${kubernetesVersion}`],
  [`${path}.gitMajor`, major],
  [`${path}.gitMinor`, minor],
  [`${path}.gitTreeState`, 'clean'],
]);

const clusterPrograms: readonly GoProgram[] = [
  { name: 'kubernetes', goPackage: '.', variables: Object.fromEntries(versionVariables) },
  { name: 'coredns', goPackage: '.' },
  { name: 'kube-router', goPackage: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router' },
  { name: 'metrics-server', goPackage: 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
];

/** Free disk space that a build needs, in bytes. Measured: 3.1 GB of compiled packages and 1.5 GB of sources. */
const buildBytes = 7e9;
const kubeScoreBytes = 1e9;

export const programPath = (name: string) => join(clusterFolder, name);

/** Builds the programs of the cluster that are missing or whose module has changed. */
export const buildClusterPrograms = (signal: AbortSignal) =>
  buildPrograms(clusterPrograms, buildBytes, signal);

const kubeScore: GoProgram = {
  name: 'kube-score',
  goPackage: 'github.com/zegl/kube-score/cmd/kube-score',
};

export const buildKubeScore = () => buildPrograms([kubeScore], kubeScoreBytes, new AbortController().signal);

/** Returns the path of kube-score; undefined if it is not built. */
export async function findKubeScore(): Promise<string | undefined> {
  return (await isBuilt(kubeScore)) ? programPath(kubeScore.name) : undefined;
}

async function buildPrograms(
  programs: readonly GoProgram[],
  neededBytes: number,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(clusterFolder, { recursive: true });
  const outdated = [];
  for (const program of programs) if (!(await isBuilt(program))) outdated.push(program);
  if (outdated.length === 0) return;
  const { bavail, bsize } = await statfs(clusterFolder);
  if (bavail * bsize < neededBytes) {
    throw new UnsupportedEnvironment(
      `the build needs ${neededBytes / 1e9} GB of free disk space, and ${clusterFolder} has ${Math.floor((bavail * bsize) / 1e9)} GB`,
    );
  }
  const progress = createProgress(process.stderr);
  // Go's own cache is not used: three gigabytes that nothing else needs are removed afterwards.
  const cache = await mkdtemp(join(clusterFolder, 'go-cache-'));
  try {
    for (const program of outdated) {
      const step = progress.begin(program.name);
      await build(program, cache, step, signal).then(
        () => step.end('built'),
        (error: unknown) => {
          step.end('failed');
          throw error;
        },
      );
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

async function isBuilt(program: GoProgram): Promise<boolean> {
  const path = programPath(program.name);
  const record = await readFile(`${path}.sha256`, 'utf8').catch(() => undefined);
  return existsSync(path) && record === (await digestOf(program));
}

/** Returns a digest of everything that determines the program. */
async function digestOf(program: GoProgram): Promise<string> {
  const folder = join(modules, program.name);
  const hash = createHash('sha256').update(JSON.stringify(program));
  for (const file of (await readdir(folder)).toSorted()) hash.update(await readFile(join(folder, file)));
  return hash.digest('hex');
}

async function build(program: GoProgram, cache: string, step: Step, signal: AbortSignal): Promise<void> {
  const { name, goPackage, variables = {} } = program;
  const path = programPath(name);
  const env = {
    ...process.env,
    GOCACHE: cache,
    GOFLAGS: '-mod=readonly',
    GOOS: '',
    GOARCH: '',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  };
  const go = { cwd: join(modules, name), env, signal, timeoutMs: 2 ** 31 - 1 };
  step.update('downloading');
  await runCommand('go', ['mod', 'download'], go).catch((error: unknown) => {
    throw new UnsupportedEnvironment(`the sources of ${name} cannot be downloaded: ${String(error)}`);
  });
  const packages = (await runCommand('go', ['list', '-deps', goPackage], go)).trim().split('\n').length;
  const flags = ['-s', '-w', ...Object.entries(variables).map(([key, value]) => `-X ${key}=${value}`)];
  const args = ['build', '-v', '-trimpath', '-ldflags', flags.join(' '), '-o', `${path}.new`, goPackage];
  let built = 0;
  await runGo(args, go, () => step.update(`package ${(built += 1)} of ${packages}`));
  await rename(`${path}.new`, path);
  await writeFile(`${path}.sha256`, await digestOf(program));
}

/** Low, so that the machine stays usable. At the lowest priority, 19, a build beside other work took 34 minutes. */
const niceness = '5';

type GoOptions = { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal };

/** Runs Go, and calls `onLine` with each line of its output. */
function runGo(args: readonly string[], options: GoOptions, onLine: () => void): Promise<void> {
  const child = spawn('nice', ['-n', niceness, 'go', ...args], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lastLines: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
    onLine();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(['go build failed:', ...lastLines].join('\n'))),
    );
  });
}

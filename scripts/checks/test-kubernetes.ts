/** `npm run test:kubernetes`: applies the manifests to a real Kubernetes cluster on this machine and checks it under load and faults. */

import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createCleanup } from '../../test/support/faults/scenario.ts';
import { runChecks } from './checks.ts';
import { saveImages } from './cluster/build/images.ts';
import { buildClusterPrograms } from './cluster/build/programs.ts';
import { findObstacle, installPackages } from './cluster/build/requirements.ts';
import { ensureHelm } from './cluster/checks/helm.ts';
import { removeNodeCgroups } from './cluster/nodes/cgroups.ts';
import { runFolder } from './cluster/nodes/program.ts';
import { UnsupportedEnvironment, type RunContext } from './containers/run-context.ts';
import { runInNamespace, systemPath } from './namespace.ts';

const help = `npm run test:kubernetes [-- --write-figures]

Applies the manifests of kubernetes/ to a real Kubernetes on this machine: a control plane and up to three nodes with
containerd, kubelet, kube-proxy, CoreDNS and network policies, in Linux namespaces. Prints one line for each check.

The first run builds the programs from Go modules into .tools/kubernetes, which takes 15 minutes or more and 7 GB of disk
space, most of it temporarily. The images are built as by npm run test:containers. Missing Debian packages (containerd,
runc, containernetworking-plugins, iptables, …) are installed and remain installed. Nothing else remains on the machine.

If the tests cannot run on this machine, they are reported as skipped with the reason: they need Linux, root and Go.

--write-figures  writes the measured figures to docs/kubernetes.md
`;

/** Exit codes by signal (128 + signal number). */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

const write = (text: string) => process.stdout.write(text);
const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, 'write-figures': { type: 'boolean' } },
});
if (values.help) write(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const cleanup = createCleanup();
  const interruption = new AbortController();
  const interrupt = (code: number) => {
    interruption.abort();
    void cleanup.close().finally(() => process.exit(code));
  };
  // After the preparation, `runInNamespace` handles the signals.
  const handlers = Object.entries(signalCodes).map(
    ([signal, code]) => [signal, () => interrupt(code)] as const,
  );
  for (const [signal, handler] of handlers) process.once(signal, handler);
  try {
    await prepare({
      env: { ...process.env, PATH: systemPath },
      signal: interruption.signal,
      defer: cleanup.defer,
      print: (line) => write(`  ${line}\n`),
    });
  } catch (error) {
    const outcome =
      error instanceof UnsupportedEnvironment
        ? Promise.resolve({ verdict: 'skipped', reason: error.message } as const)
        : Promise.reject(error);
    const { failed } = await runChecks([{ name: 'the cluster is built', run: () => outcome }], write);
    return failed > 0 ? 1 : 0;
  } finally {
    // Stops the Docker engine.
    await cleanup.close();
  }
  for (const [signal, handler] of handlers) process.off(signal, handler);
  try {
    return await runInNamespace(new URL('cluster/run.ts', import.meta.url), process.argv.slice(2));
  } finally {
    await removeNodeCgroups();
    await rm(runFolder, { recursive: true, force: true });
  }
}

async function prepare(context: RunContext): Promise<void> {
  findObstacle(context.env);
  await installPackages(context);
  await ensureHelm();
  await buildClusterPrograms(context.signal);
  await saveImages(context);
}

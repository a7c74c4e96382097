import { join } from 'node:path';
import { runCommand } from '../../../setup/command.mjs';
import { UnsupportedEnvironment } from '../../containers/run-context.ts';
import { findHelm } from '../../kubernetes/client-programs.ts';
import type { Cluster } from '../nodes/cluster.ts';
import { runFolder } from '../nodes/program.ts';

export type Helm = {
  readonly program: string;
  /** Runs helm as an administrator and returns its output. */
  run(...args: readonly string[]): Promise<string>;
};

/** Returns the path of helm; installs it if necessary, for which it needs the network of this machine. */
export async function ensureHelm(): Promise<string> {
  const found = await findHelm();
  if ('missing' in found) throw new UnsupportedEnvironment(found.missing);
  return found.program;
}

export async function createHelm(cluster: Cluster): Promise<Helm> {
  const program = await ensureHelm();
  const home = join(runFolder, 'helm');
  const env = {
    ...process.env,
    KUBECONFIG: cluster.kubeconfig('admin'),
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  return { program, run: (...args) => runCommand(program, args, { env }) };
}

import { existsSync } from 'node:fs';
import { platform } from 'node:os';
import { findOnPath } from '../../../setup/command.mjs';
import { ensureProgram } from '../../containers/packages.ts';
import { UnsupportedEnvironment, type RunContext } from '../../containers/run-context.ts';

/** @throws UnsupportedEnvironment if the test needs something that this machine does not have and that no package provides. */
export function findObstacle(env: NodeJS.ProcessEnv): void {
  if (platform() !== 'linux') throw new UnsupportedEnvironment('a cluster in namespaces needs Linux');
  if (process.getuid?.() !== 0) throw new UnsupportedEnvironment('a cluster in namespaces needs root');
  if (findOnPath('go', env).length === 0) throw new UnsupportedEnvironment('Go 1.25 or newer is not on PATH');
  if (!existsSync('/sys/fs/cgroup/memory'))
    throw new UnsupportedEnvironment('this machine has cgroup v2, on which the test has not been tried');
}

/** Programs of a node and the Debian packages that contain them. */
const packages = {
  ip: 'iproute2',
  unshare: 'util-linux',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  nft: 'nftables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  socat: 'socat',
} as const;

/** A plugin of the pod network, and its folder, which is not on PATH. */
const plugin = { name: 'host-local', folder: '/usr/lib/cni', from: 'containernetworking-plugins' } as const;

export async function installPackages(context: RunContext): Promise<void> {
  for (const [program, name] of Object.entries(packages)) await ensureProgram(context, program, name);
  const env = { ...context.env, PATH: `${plugin.folder}:${context.env['PATH']}` };
  await ensureProgram({ ...context, env }, plugin.name, plugin.from);
}

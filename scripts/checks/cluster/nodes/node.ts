/** A node: containerd, kubelet, kube-proxy and the enforcement of network policies, in namespaces of their own. */

import { cpus } from 'node:os';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import { imageArchive } from '../build/images.ts';
import { programPath } from '../build/programs.ts';
import { createNodeCgroup } from './cgroups.ts';
import { bridge, serviceRange, type ControlPlane } from './control-plane.ts';
import { createNamespaces, type Namespaces } from './namespaces.ts';
import { containerdConfig, cniConfig, kubeletConfig, proxyConfig } from './node-config.ts';
import { runFolder, startProgram } from './program.ts';

export type Node = {
  readonly name: NodeName;
  /** Folder of the node for a persistent volume. */
  readonly volume: string;
  /** Starts to enforce network policies. Exits if the node is not registered. */
  enforcePolicies(): Promise<void>;
  /** Ends all processes of the node at once. */
  kill(): void;
};

export const nodeNames = ['node-1', 'node-2', 'node-3'] as const;
export type NodeName = (typeof nodeNames)[number];

/** Number of CPUs that the scheduler sees on a node. */
const nodeCpus = 2;

/** Time for containerd or the kubelet to start, in ms. */
const startTimeoutMs = 180_000;

const addressOf = (name: NodeName) => `172.30.0.1${nodeNames.indexOf(name) + 1}`;
const podRangeOf = (name: NodeName) => `10.244.${nodeNames.indexOf(name) + 1}.0/24`;

/** Kernel settings that a kubelet changes. In a node's mount namespace, they are files of its own. */
const kernelSettings = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

/** Starts a node and waits until it is ready. */
export async function startNode(name: NodeName, controlPlane: ControlPlane): Promise<Node> {
  const folder = join(runFolder, name);
  const at = (...path: readonly string[]) => join(folder, ...path);
  for (const part of ['lib', 'log', 'sysctl', 'cni', 'volume']) await mkdir(at(part), { recursive: true });
  const namespaces = await createNamespaces();
  await mountFolders(namespaces, folder);
  await connect(namespaces, name);
  await createNodeCgroup(name);
  let isKilled = false;
  const start = (program: string, command: readonly string[]) =>
    startProgram(namespaces.enter(...command), {
      log: `${name}-${program}`,
      onExit: () => void (isKilled || process.stdout.write(`  ${program} of ${name} has ended\n`)),
    });

  await writeFile(at('cni', '10-bridge.conflist'), JSON.stringify(cniConfig(podRangeOf(name))));
  await writeFile(at('containerd.toml'), containerdConfig(at('cni')));
  await start('containerd', ['containerd', '--config', at('containerd.toml')]);
  await eventually(() => namespaces.run('ctr', 'version'), startTimeoutMs, 200);
  await namespaces.run('ctr', '--namespace=k8s.io', 'images', 'import', imageArchive);

  await writeFile(at('resolv.conf'), '');
  const reservedCpus = Math.max(0, cpus().length - nodeCpus);
  await writeFile(
    at('kubelet.yaml'),
    stringify(kubeletConfig({ name, resolvConf: at('resolv.conf'), reservedCpus })),
  );
  const kubernetes = programPath('kubernetes');
  await start('kubelet', [
    kubernetes,
    'kubelet',
    `--config=${at('kubelet.yaml')}`,
    `--kubeconfig=${controlPlane.kubeconfig(name)}`,
    `--hostname-override=${name}`,
    `--node-ip=${addressOf(name)}`,
  ]);
  const proxy = proxyConfig(name, controlPlane.kubeconfig('proxy'));
  await writeFile(at('proxy.yaml'), stringify(proxy));
  await start('kube-proxy', [kubernetes, 'kube-proxy', `--config=${at('proxy.yaml')}`]);
  await eventually(() => controlPlane.kubectl('get', 'node', name), startTimeoutMs, 500);
  await controlPlane.kubectl('wait', '--for=condition=Ready', '--timeout=3m', `node/${name}`);
  return {
    name,
    volume: at('volume'),
    enforcePolicies: () =>
      start('kube-router', [
        programPath('kube-router'),
        `--kubeconfig=${controlPlane.kubeconfig('admin')}`,
        `--hostname-override=${name}`,
        '--run-firewall=true',
        '--run-router=false',
        '--run-service-proxy=false',
        `--service-cluster-ip-range=${serviceRange}`,
        '--health-port=0',
      ]),
    kill() {
      isKilled = true;
      namespaces.kill();
    },
  };
}

/** Gives the node its own folders for data, logs and sockets, and its own kernel settings. */
async function mountFolders({ run }: Namespaces, folder: string): Promise<void> {
  await run('mount', '--bind', join(folder, 'lib'), '/var/lib');
  await run('mount', '--bind', join(folder, 'log'), '/var/log');
  await run('mount', '-t', 'tmpfs', 'tmpfs', '/run');
  await run('mkdir', '/run/containerd');
  for (const [path, value] of Object.entries(kernelSettings)) {
    const file = join(folder, 'sysctl', path.replaceAll('/', '-'));
    await writeFile(file, `${value}\n`);
    await run('mount', '--bind', file, `/proc/sys/${path}`);
  }
  // The kubelet requires that the mounts of volumes propagate to containers.
  await run('mount', '--make-rshared', '/');
}

/** Connects the node to the bridge, with routes to the pods of all nodes. */
async function connect({ pid, run }: Namespaces, name: NodeName): Promise<void> {
  const ip = (...args: readonly string[]) => runCommand('ip', args);
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
  await ip('link', 'set', name, 'master', bridge.name, 'up');
  await run('ip', 'link', 'set', 'lo', 'up');
  await run('ip', 'addr', 'add', `${addressOf(name)}/24`, 'dev', 'eth0');
  await run('ip', 'link', 'set', 'eth0', 'up');
  await run('ip', 'route', 'add', 'default', 'via', bridge.address);
  await run('sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1');
  for (const other of nodeNames.filter((one) => one !== name)) {
    await run('ip', 'route', 'add', podRangeOf(other), 'via', addressOf(other));
  }
  await ip('route', 'replace', podRangeOf(name), 'via', addressOf(name));
}

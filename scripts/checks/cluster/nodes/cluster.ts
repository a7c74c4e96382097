/** A Kubernetes cluster in the namespaces of this process. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../../setup/root.mjs';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { startNode, type Node, type NodeName } from './node.ts';
import { runFolder } from './program.ts';

export type Cluster = ControlPlane & {
  /** Starts a node, with a persistent volume. */
  addNode(name: NodeName): Promise<Node>;
  /** Starts to enforce network policies on all nodes. */
  enforcePolicies(): Promise<void>;
  /** Replaces the volumes of all nodes by empty ones. No claim may exist. */
  resetVolumes(): Promise<void>;
  /** Applies a folder or file of the checkout. */
  apply(path: string): Promise<string>;
  /** Applies a manifest. */
  applyText(text: string): Promise<string>;
  /** Returns an object as JSON. */
  get(...args: readonly string[]): Promise<unknown>;
  /** Returns the id of a process in the network namespace of a pod. */
  findProcess(namespace: string, pod: string): Promise<number>;
};

const manifests = fileURLToPath(new URL('../manifests', import.meta.url));

export const manifestPath = (name: string) => join(manifests, name);

export async function startCluster(defer: (close: () => unknown) => void): Promise<Cluster> {
  const controlPlane = await startControlPlane(defer);
  const { kubectl } = controlPlane;
  await kubectl('apply', `--filename=${manifestPath('dns.yaml')}`);
  const nodes: Node[] = [];
  let texts = 0;

  async function applyText(text: string): Promise<string> {
    const file = join(runFolder, `manifest-${(texts += 1)}.yaml`);
    await writeFile(file, text);
    return kubectl('apply', `--filename=${file}`);
  }

  const get = async (...args: readonly string[]) =>
    JSON.parse(await kubectl('get', ...args, '--output=json')) as unknown;

  return {
    ...controlPlane,
    applyText,
    get,
    async addNode(name) {
      const node = await startNode(name, controlPlane);
      nodes.push(node);
      await applyText(volumeManifest(node));
      return node;
    },
    async enforcePolicies() {
      for (const node of nodes) await node.enforcePolicies();
    },
    async resetVolumes() {
      await kubectl('delete', 'persistentvolumes', '--all');
      for (const node of nodes) {
        await rm(node.volume, { recursive: true });
        await mkdir(node.volume);
        await applyText(volumeManifest(node));
      }
    },
    apply(path) {
      const full = join(ROOT, path);
      return kubectl('apply', path.endsWith('.yaml') ? `--filename=${full}` : `--kustomize=${full}`);
    },
    async findProcess(namespace, pod) {
      const uid = await kubectl(
        'get',
        'pod',
        pod,
        `--namespace=${namespace}`,
        '--output=jsonpath={.metadata.uid}',
      );
      for (const id of await readdir('/proc')) {
        if (!/^\d+$/.test(id)) continue;
        const groups = await readFile(`/proc/${id}/cgroup`, 'utf8').catch(() => '');
        if (groups.includes(`pod${uid}/`)) return Number(id);
      }
      throw new Error(`the pod ${pod} has no process`);
    },
  };
}

/** A volume in a folder of the node. The cluster has no storage class that would create volumes. */
function volumeManifest({ name, volume }: Node): string {
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [name] };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${name}` },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: volume },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
    },
  });
}

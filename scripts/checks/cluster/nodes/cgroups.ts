/** The control groups of the nodes. Unlike namespaces, they do not disappear with their processes. */

import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../../../test/support/eventually.ts';
import type { NodeName } from './node.ts';

const root = '/sys/fs/cgroup';
const prefix = 'portside-test-';

/** Path of a node's control group in each hierarchy. */
export const cgroupOf = (name: NodeName) => `${prefix}${name}`;

/** Creates the control group of a node in every hierarchy (cgroup v1). */
export async function createNodeCgroup(name: NodeName): Promise<void> {
  for (const hierarchy of await readdir(root)) {
    const folder = join(root, hierarchy, cgroupOf(name));
    await mkdir(folder, { recursive: true });
    if (hierarchy !== 'cpuset') continue;
    // A new group has no CPU and no memory.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      await writeFile(join(folder, file), await readFile(join(root, hierarchy, file)));
    }
  }
}

/** Removes the control groups of all nodes. Waits until their processes have ended. */
export async function removeNodeCgroups(): Promise<void> {
  for (const hierarchy of await readdir(root)) {
    const groups = await readdir(join(root, hierarchy)).catch(() => []);
    for (const group of groups.filter((name) => name.startsWith(prefix))) {
      await eventually(() => removeTree(join(root, hierarchy, group)), 30_000, 200);
    }
  }
}

async function removeTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  }
  await rmdir(folder);
}

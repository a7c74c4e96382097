import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../product.ts';

const memory = '/sys/fs/cgroup/memory';

/** Pause between two reductions of the limit, in ms. */
const pauseMs = 100;

/** Reduces the memory limit of the pod's container to its present usage, again and again, until the kernel kills the container. */
export async function exhaustMemory({ metadata, status }: Pod, signal: AbortSignal): Promise<void> {
  const id = status.containerStatuses[0]?.containerID?.replace('containerd://', '') ?? 'none';
  const group = (await readdir(memory, { recursive: true })).find(
    (path) => path.includes(metadata.uid) && path.endsWith(id),
  );
  if (group === undefined) throw new Error(`the container of ${metadata.name} has no control group`);
  for (;;) {
    const usage = await readFile(join(memory, group, 'memory.usage_in_bytes'), 'utf8').catch(() => undefined);
    // The control group is removed with the container.
    if (usage === undefined) return;
    // Fails if the kernel cannot reclaim enough memory at once.
    await writeFile(join(memory, group, 'memory.limit_in_bytes'), usage.trim()).catch(() => undefined);
    await sleep(pauseMs, undefined, { signal });
  }
}

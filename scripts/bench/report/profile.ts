import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProfileKind, Share } from './result.ts';

const CallFrame = z.object({ functionName: z.string(), url: z.string() });

/** The format of `node --cpu-prof`; durations in microseconds. */
const CpuProfile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: CallFrame })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** The format of `node --heap-prof`: live allocations, in bytes. */
const HeapNode = z.object({
  callFrame: CallFrame,
  selfSize: z.number(),
  get children() {
    return z.array(HeapNode);
  },
});
const HeapProfile = z.object({ head: HeapNode });

/** Node.js arguments that write a profile to `folder` when the process exits. */
export function profilerArgs(kind: ProfileKind, folder: string): string[] {
  return [`--${kind}-prof`, `--${kind}-prof-dir=${folder}`];
}

/** Maximum number of parts in the report; the others are added up. */
const namedParts = 14;

/** Returns the shares of all profiles in `folder` by part, largest share first. Idle time is excluded. */
export async function readShares(kind: ProfileKind, folder: string): Promise<Share[]> {
  const spent = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const profile: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const [frame, cost] of kind === 'cpu' ? cpuCosts(profile) : heapCosts(profile)) {
      const part = partOf(frame);
      if (part !== undefined) spent.set(part, (spent.get(part) ?? 0) + cost);
    }
  }
  const total = [...spent.values()].reduce((sum, cost) => sum + cost, 0);
  const shares = [...spent]
    .map(([part, cost]) => ({ part, share: cost / total }))
    .toSorted((a, b) => b.share - a.share);
  const rest = shares.slice(namedParts).reduce((sum, { share }) => sum + share, 0);
  return [...shares.slice(0, namedParts), ...(rest > 0 ? [{ part: 'everything else', share: rest }] : [])];
}

type Frame = z.output<typeof CallFrame>;

function* cpuCosts(profile: unknown): Generator<[Frame, number]> {
  const { nodes, samples, timeDeltas } = CpuProfile.parse(profile);
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame !== undefined) yield [frame, timeDeltas[index] ?? 0];
  }
}

function* heapCosts(profile: unknown): Generator<[Frame, number]> {
  const pending = [HeapProfile.parse(profile).head];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield [node.callFrame, node.selfSize];
    pending.push(...node.children);
  }
}

/** Returns the package, source folder, Node module or engine component of a frame; undefined for idle time. */
function partOf({ functionName, url }: Frame): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  if (url.startsWith('node:')) {
    const [module = ''] = url.slice('node:'.length).replace('internal/', '').split('/');
    return `Node: ${module.replace(/^_?(http)_.*/, '$1')}`;
  }
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (library !== undefined) return library;
  const own = /\/dist\/([^/]+)\//.exec(url)?.[1];
  if (own !== undefined) return `src/${own}`;
  if (functionName.startsWith('write')) return 'writing to sockets';
  return functionName === '(garbage collector)' ? 'garbage collector' : 'engine';
}

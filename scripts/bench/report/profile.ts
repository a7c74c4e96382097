import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Share } from './result.ts';

/** The format of `node --cpu-prof`; durations in microseconds. */
const CpuProfile = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Maximum number of parts in the report; the others are added up as `other`. */
const namedParts = 14;

/** Returns the CPU time of all profiles in `folder` by part, largest share first. Idle time is excluded. */
export async function readShares(folder: string): Promise<Share[]> {
  const spent = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const { nodes, samples, timeDeltas } = CpuProfile.parse(
      JSON.parse(await readFile(join(folder, file), 'utf8')),
    );
    const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
    for (const [index, id] of samples.entries()) {
      const part = parts.get(id);
      if (part === undefined) continue;
      spent.set(part, (spent.get(part) ?? 0) + (timeDeltas[index] ?? 0));
    }
  }
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...spent]
    .map(([part, time]) => ({ part, share: time / total }))
    .toSorted((a, b) => b.share - a.share);
  const rest = shares.slice(namedParts).reduce((sum, { share }) => sum + share, 0);
  return [...shares.slice(0, namedParts), ...(rest > 0 ? [{ part: 'other', share: rest }] : [])];
}

type Frame = z.output<typeof CpuProfile>['nodes'][number]['callFrame'];

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

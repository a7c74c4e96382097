/** Measures one scenario. */

import { withScope, type ResourceScope } from './child-processes.ts';
import { describeMachine, describeVersions, readLoad } from './report/machine.ts';
import { profilerArgs, readShares } from './report/profile.ts';
import { Result, type Measure, type Profile, type ProfileKind } from './report/result.ts';
import type { Bench } from './rounds.ts';
import type { Part, Scenario } from './scenario.ts';
import type { Checkout } from './subjects/checkout.ts';

export type MeasureOptions = Omit<Bench, 'size'> & {
  /** Factor for sizes. */
  readonly scale: number;
};

export async function measure(name: string, scenario: Scenario, options: MeasureOptions): Promise<Result> {
  const { title, about, notes = [], parts } = scenario;
  const { rounds, scale, scope, report } = options;
  report(`${name}: ${title}`);
  const bench: Bench = { ...options, size: (full) => Math.max(10, Math.round(full * scale)) };
  const before = readLoad();
  const started = new Date();
  const measures: Measure[] = [];
  for (const { setting, run } of parts) {
    if (setting !== undefined) report(setting);
    const measured = await withScope(scope, (inner) => run({ ...bench, scope: inner }));
    measures.push(...measured.map((one) => ({ ...one, ...(setting !== undefined && { setting }) })));
  }
  const load = { before, after: readLoad() };
  return Result.parse({
    scenario: name,
    title,
    about,
    command: `npm run bench -- ${name}`,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    rounds,
    scale,
    machine: describeMachine(),
    versions: await describeVersions(),
    load,
    measures,
    notes,
    profiles: await profileParts(bench, parts),
  });
}

/** Profiles the replicas of this checkout in an additional round. Not if another checkout is measured beside it. */
async function profileParts(bench: Bench, parts: readonly Part[]): Promise<Profile[]> {
  const [checkout, other] = bench.checkouts;
  const profiles: Profile[] = [];
  if (checkout === undefined || other !== undefined) return profiles;
  for (const { setting, profile: kind, run } of parts) {
    if (kind === undefined) continue;
    bench.report(`additional round with a profiler${setting === undefined ? '' : `: ${setting}`}`);
    const shares = await withScope(bench.scope, (scope) => readProfile(scope, kind, checkout, bench, run));
    profiles.push({ ...(setting !== undefined && { setting }), kind, shares });
  }
  return profiles;
}

async function readProfile(
  scope: ResourceScope,
  kind: ProfileKind,
  checkout: Checkout,
  bench: Bench,
  run: Part['run'],
) {
  const folder = await scope.makeFolder();
  const profiled = { ...checkout, nodeArgs: [...checkout.nodeArgs, ...profilerArgs(kind, folder)] };
  // Each replica writes its profile when it exits, at the end of the inner scope.
  await withScope(scope, (inner) => run({ ...bench, scope: inner, rounds: 0, checkouts: [profiled] }));
  return readShares(kind, folder);
}

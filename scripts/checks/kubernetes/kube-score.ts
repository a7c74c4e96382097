/** Checks the manifests with kube-score: least privilege, resources, probes, disruption budgets, and references between objects. */

import { spawnSync } from 'node:child_process';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Manifest } from './manifests.ts';

/** Rules of kube-score that are off by default. */
const enabled = [
  'container-memory-requests-equal-limits',
  'container-ephemeral-storage-request-equals-limit',
  'container-ports-check',
  'container-seccomp-profile',
];

/** Rules that contradict decisions about these manifests. */
const disabled = [
  // The images have version tags, which are not moved.
  'container-image-pull-policy',
  // The initial number of replicas, until the autoscaler changes it.
  'deployment-targeted-by-hpa-does-not-have-replicas-configured',
  // The local overlay has one replica of each process.
  'deployment-replicas',
];

const Scores = z.array(
  z.object({
    type_meta: z.object({ kind: z.string() }),
    object_meta: z.object({ name: z.string() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);

/** Grade of a check without a finding. */
const allOk = 10;

const options = [
  'score',
  '--output-format=json',
  // Throttling only increases the latency.
  '--ignore-container-cpu-limit',
  ...enabled.map((rule) => `--enable-optional-test=${rule}`),
  ...disabled.map((rule) => `--ignore-test=${rule}`),
  '--kubernetes-version=v1.30',
];

/** Returns one line for each finding: the rule, the object, and what is wrong. */
export function findScoreFailures(program: string, manifests: readonly Manifest[]): string[] {
  const input = manifests.map((manifest) => stringify(manifest)).join('---\n');
  // A finding is an exit code of 1.
  const { stdout, stderr, error } = spawnSync(program, [...options, '-'], { input, encoding: 'utf8' });
  if (error !== undefined || stdout === '') throw error ?? new Error(stderr);
  return Scores.parse(JSON.parse(stdout)).flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade < allOk && !skipped)
      .map(({ check, comments }) => {
        const reasons = (comments ?? []).map(({ path, summary }) => `${path} ${summary}`.trim());
        return `${check.id}: ${kind} ${name}: ${reasons.join('; ')}`;
      }),
  );
}

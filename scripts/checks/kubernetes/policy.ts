/** What manifests have to keep to, whatever they are for. */

import type { Manifest } from './manifests.ts';

export type Policy = {
  /** What has to hold. */
  readonly rule: string;
  /** Where it does not: a line each, for a person to read. */
  violations(manifests: readonly Manifest[]): string[];
};

/** Everything that breaks one of the policies, with the rule that it breaks. */
export function findViolations(policies: readonly Policy[], manifests: readonly Manifest[]): string[] {
  return policies.flatMap(({ rule, violations }) =>
    violations(manifests).map((violation) => `${violation}: ${rule}`),
  );
}

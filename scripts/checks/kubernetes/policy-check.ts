import type { Manifest } from './manifests.ts';

export type Policy = {
  /** Describes a compliant object, for example `has a read-only root file system`. */
  readonly rule: string;
  /** Returns the display names of the objects that violate the rule. */
  violations(manifests: readonly Manifest[]): string[];
};

/** Returns one line for each violation, with the rule. */
export function findViolations(policies: readonly Policy[], manifests: readonly Manifest[]): string[] {
  return policies.flatMap(({ rule, violations }) =>
    violations(manifests).map((violation) => `${violation}: ${rule}`),
  );
}

/** Rules for values that are repeated in several files and must be equal. */

import type { Manifest } from './manifests.ts';

/** The files and values outside of the manifests that must match them. */
export type Project = {
  readonly services: readonly {
    readonly name: string;
    readonly defaults: { readonly httpPort: number; readonly probePort: number };
  }[];
  readonly serviceVariables: readonly string[];
  readonly provisionVariables: readonly string[];
  /** `docs/kubernetes.md`: the commands that create the objects that must not be in a manifest. */
  readonly commands: string;
  /** `docs/security.md`: the command that creates the keys. */
  readonly keyCommands: string;
  /** `docker/nats-roles.conf` */
  readonly roles: string;
  /** `docker/compose.yaml` */
  readonly compose: string;
  /** Version in `package.json`. */
  readonly version: string;
};

export type ConsistencyRule = {
  readonly rule: string;
  /** Returns one line for each inconsistency. */
  inconsistencies(manifests: readonly Manifest[], project: Project): string[];
};

export function findInconsistencies(
  rules: readonly ConsistencyRule[],
  manifests: readonly Manifest[],
  project: Project,
): string[] {
  return rules.flatMap(({ rule, inconsistencies }) =>
    inconsistencies(manifests, project).map((place) => `${place}: ${rule}`),
  );
}

/** What stands in two places and has to be the same in both. */

import type { Manifest } from './manifests.ts';

/** What the manifests have to agree with, outside of them. */
export type Project = {
  readonly services: readonly {
    readonly name: string;
    readonly defaults: { readonly httpPort: number; readonly probePort: number };
  }[];
  readonly serviceVariables: readonly string[];
  readonly provisionVariables: readonly string[];
  /** `docs/kubernetes.md`: the commands that make what no manifest may hold. */
  readonly commands: string;
  /** `docs/security.md`: the command that makes the keys. */
  readonly keyCommands: string;
  /** `docker/nats-roles.conf` */
  readonly roles: string;
  /** `docker/compose.yaml` */
  readonly compose: string;
  /** Of `package.json`. */
  readonly version: string;
};

export type Agreement = {
  readonly rule: string;
  /** A line for each place that disagrees. */
  disagreements(manifests: readonly Manifest[], project: Project): string[];
};

export function findDisagreements(
  agreements: readonly Agreement[],
  manifests: readonly Manifest[],
  project: Project,
): string[] {
  return agreements.flatMap(({ rule, disagreements }) =>
    disagreements(manifests, project).map((place) => `${place}: ${rule}`),
  );
}

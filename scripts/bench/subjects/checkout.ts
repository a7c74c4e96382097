/** The checkouts that are measured: this one, and with `--compare` another commit. */

import { fileURLToPath } from 'node:url';
import { runNpm } from '../../setup/dependencies.mjs';

export type Checkout = {
  /** Appended to the names of its subjects; empty for this checkout. */
  readonly suffix: string;
  /** URL of its folder. */
  readonly root: URL;
  /** Additional arguments for the Node processes of its replicas. */
  readonly nodeArgs: readonly string[];
};

export function thisCheckout(nodeArgs: readonly string[] = []): Checkout {
  return { suffix: '', root: new URL('../../../', import.meta.url), nodeArgs };
}

/** Compiles the services into `dist/`, as for production. */
export async function buildServices({ root }: Checkout, signal?: AbortSignal): Promise<void> {
  const cwd = fileURLToPath(root);
  await runNpm(['run', 'build', '--silent'], { cwd, env: process.env, ...(signal && { signal }) });
}

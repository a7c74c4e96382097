/** Where the doctor looks, from the same environment as everything else, checked before it begins. */

import { z } from 'zod';
import {
  ConfigError,
  readConfig,
  readProvisionConfig,
  type ProvisionConfig,
} from '../../src/kit/runtime/config/config.ts';

export type DoctorConfig = ProvisionConfig & {
  /** The monitoring addresses of the servers: `http://localhost:8222`. */
  readonly monitorUrls: readonly string[];
  /** How many messages the services let pass between two snapshots, at least. */
  readonly snapshotEvery: number;
};

const HttpAddress = z.url({ protocol: /^https?$/ });

/** @throws ConfigError naming every variable that is wrong. */
export function readDoctorConfig(environment: NodeJS.ProcessEnv): DoctorConfig {
  // Empty counts as unset.
  const monitorUrls = (environment['NATS_MONITOR_URL'] || 'http://localhost:8222')
    .split(',')
    .map((url) => url.trim());
  for (const url of monitorUrls) {
    if (HttpAddress.safeParse(url).success) continue;
    throw new ConfigError(`NATS_MONITOR_URL=${environment['NATS_MONITOR_URL']}: ${url} is no http address`);
  }
  return {
    ...readProvisionConfig(environment),
    snapshotEvery: readConfig(environment, { httpPort: 0, probePort: 0 }).snapshotEvery,
    monitorUrls,
  };
}

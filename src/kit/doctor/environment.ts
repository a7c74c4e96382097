import { z } from 'zod';
import {
  ConfigError,
  readConfig,
  readProvisionConfig,
  type ProvisionConfig,
} from '../runtime/config/config.ts';

export type DoctorConfig = ProvisionConfig & {
  /** Monitoring URLs of the servers, such as `http://localhost:8222`. */
  readonly monitorUrls: readonly string[];
  /** Minimum number of messages between two snapshots of a service. */
  readonly snapshotEvery: number;
};

const HttpAddress = z.url({ protocol: /^https?$/ });

/** @throws ConfigError that names the invalid variables. */
export function readDoctorConfig(environment: NodeJS.ProcessEnv): DoctorConfig {
  // An empty variable counts as unset.
  const monitorUrls = (environment['NATS_MONITOR_URL'] || 'http://localhost:8222')
    .split(',')
    .map((url) => url.trim());
  for (const url of monitorUrls) {
    if (HttpAddress.safeParse(url).success) continue;
    throw new ConfigError(
      `NATS_MONITOR_URL=${environment['NATS_MONITOR_URL']}: ${url} is not an http(s) URL`,
    );
  }
  return {
    ...readProvisionConfig(environment),
    snapshotEvery: readConfig(environment, { httpPort: 0, probePort: 0 }).snapshotEvery,
    monitorUrls,
  };
}

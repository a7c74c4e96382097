import { z } from 'zod';
import type { DoctorConfig } from '../doctor/config.ts';
import { ConfigError, readConfig, readProvisionConfig } from '../runtime/config/config.ts';
import { foldVersionOf } from '../runtime/fold-version.ts';

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
    foldVersionOf,
  };
}

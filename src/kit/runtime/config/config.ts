/** Configuration from environment variables. It is validated before anything else starts. */

import { z } from 'zod';
import type { Access } from '../../nats/connection/connection.ts';
import { authEnvironment, checkAuth, toAuthConfig, type AuthConfig } from './config-auth.ts';
import type { ReadinessConfig } from '../readiness.ts';
import {
  checkLimits,
  durationMs,
  HttpUrl,
  limitsEnvironment,
  toLimitsConfig,
  wholeNumber,
  type LimitsConfig,
} from './config-limits.ts';
import { checkAccess, natsEnvironment, toAccess, redactSecrets } from './config-nats.ts';

export type ConfigDefaults = { readonly httpPort: number; readonly probePort: number };

/** A TCP port; 0 selects a free one. */
const TcpPort = wholeNumber(0, 65_535, 'expected a port from 0 to 65535');

/** From the most verbose level to no logging. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A log level, as in the environment and in the live configuration. */
export const LogLevelText = z.enum(logLevels, `expected one of ${logLevels.join(', ')}`);

/** Tracing. The OpenTelemetry libraries read these and other `OTEL_…` variables themselves. */
const tracingEnvironment = {
  OTEL_EXPORTER_OTLP_ENDPOINT: HttpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HttpUrl.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  TRACE_URL: HttpUrl.includes('{traceId}', 'expected a URL that contains {traceId}').optional(),
};

function serviceEnvironment({ httpPort, probePort }: ConfigDefaults) {
  const variables = z.object({
    ...natsEnvironment,
    ...limitsEnvironment,
    ...authEnvironment,
    ...tracingEnvironment,
    HTTP_HOST: z.string().min(1).optional(),
    HTTP_PORT: TcpPort.default(httpPort),
    PROBE_PORT: TcpPort.default(probePort),
    PUBLIC_URL: HttpUrl.endsWith('/', 'expected a URL that ends with /').optional(),
    LOG_LEVEL: LogLevelText.default('info'),
    SSE_MAX_CLIENTS: wholeNumber(0).default(5_000),
    SNAPSHOT_EVERY: wholeNumber(1).default(10_000),
    POINT_IN_TIME_MAX_HEAP_MIB: wholeNumber(32).default(2_048),
    READY_GRACE_SECONDS: durationMs(0, 86_400).default(300_000),
    READY_SETTLE_SECONDS: durationMs(0, 86_400).default(5_000),
    SHUTDOWN_TIMEOUT_SECONDS: durationMs(1, 600).default(9_000),
  });
  return variables.superRefine((given, issues) => {
    const report = reportTo(issues);
    checkAccess(given, report);
    checkLimits(given, report);
    checkAuth(given, report);
  });
}

const provisionEnvironment = z
  .object({
    ...natsEnvironment,
    STREAM_REPLICAS: wholeNumber(1, 5).optional(),
  })
  .superRefine((given, issues) => checkAccess(given, reportTo(issues)));

function reportTo(issues: z.RefinementCtx): (name: string, message: string) => void {
  return (name, message) => issues.addIssue({ code: 'custom', path: [name], message });
}

export type Config = {
  readonly nats: Access;
  /** The address to listen on. Default: all addresses. */
  readonly httpHost: string | undefined;
  readonly httpPort: number;
  /** TCP port of `/livez`, `/readyz`, `/startupz` and `/metrics`. */
  readonly probePort: number;
  /** Where people reach the web console, for the consoles of other services. */
  readonly publicUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Maximum number of concurrent Server-Sent Events clients. */
  readonly maxFeedClients: number;
  /** Minimum number of messages between two snapshots. */
  readonly snapshotEvery: number;
  /** Heap limit of the process for point-in-time lists, in MiB. */
  readonly pointInTimeMaxHeapMiB: number;
  readonly readiness: ReadinessConfig;
  /** The process exits if a shutdown takes longer than this, in ms. */
  readonly shutdownTimeoutMs: number;
  readonly limits: LimitsConfig;
  /** Token verification for writes; undefined if writes need no token. */
  readonly auth: AuthConfig | undefined;
  /** Whether spans are exported to a collector. */
  readonly isTraced: boolean;
  /** URL template of a trace in a tracing UI, with `{traceId}`. */
  readonly traceUrl: string | undefined;
};

/** Invalid configuration. The message has one line per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError with a line for each invalid variable */
export function readConfig(environment: NodeJS.ProcessEnv, defaults: ConfigDefaults): Config {
  const variables = read(serviceEnvironment(defaults), environment);
  return {
    nats: toAccess(variables),
    httpHost: variables.HTTP_HOST,
    httpPort: variables.HTTP_PORT,
    probePort: variables.PROBE_PORT,
    publicUrl: variables.PUBLIC_URL,
    logLevel: variables.LOG_LEVEL,
    maxFeedClients: variables.SSE_MAX_CLIENTS,
    snapshotEvery: variables.SNAPSHOT_EVERY,
    pointInTimeMaxHeapMiB: variables.POINT_IN_TIME_MAX_HEAP_MIB,
    readiness: {
      graceMs: variables.READY_GRACE_SECONDS,
      settleMs: variables.READY_SETTLE_SECONDS,
    },
    shutdownTimeoutMs: variables.SHUTDOWN_TIMEOUT_SECONDS,
    limits: toLimitsConfig(variables),
    auth: toAuthConfig(variables),
    isTraced:
      (variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined &&
      variables.OTEL_SDK_DISABLED !== 'true',
    traceUrl: variables.TRACE_URL,
  };
}

export function variablesOfService(defaults: ConfigDefaults): string[] {
  return Object.keys(serviceEnvironment(defaults).shape);
}

export function variablesOfProvisioner(): string[] {
  return Object.keys(provisionEnvironment.shape);
}

export type ProvisionConfig = Pick<Config, 'nats'> & {
  /** Replication factor of the streams. Default: the value in the stream files. */
  readonly streamReplicas: number | undefined;
};

/** @throws ConfigError with a line for each invalid variable */
export function readProvisionConfig(environment: NodeJS.ProcessEnv): ProvisionConfig {
  const variables = read(provisionEnvironment, environment);
  return {
    nats: toAccess(variables),
    streamReplicas: variables.STREAM_REPLICAS,
  };
}

/**
 * Reads only the variables for the NATS connection.
 *
 * @throws ConfigError with a line for each invalid variable
 */
export function readAccess(environment: NodeJS.ProcessEnv): Access {
  return readProvisionConfig({ ...environment, STREAM_REPLICAS: '' }).nats;
}

function read<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  // An empty variable counts as unset: shells and Kubernetes manifests set an empty value to unset a variable.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    // Further path elements refer to positions inside the value.
    const name = String(path[0]);
    return `${name}=${redactSecrets(environment[name] ?? '')}: ${redactSecrets(message)}`;
  });
  throw new ConfigError([...new Set(lines)].join('\n'));
}

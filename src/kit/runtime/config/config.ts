/** What a process is told by its environment, checked before anything starts. */

import { z } from 'zod';
import type { Access } from '../../nats/connection/connection.ts';
import { authEnvironment, checkAuth, toAuthConfig, type AuthConfig } from './config-auth.ts';
import type { ReadinessConfig } from '../readiness.ts';
import { checkLimits, limitsEnvironment, toLimitsConfig, type LimitsConfig } from './config-limits.ts';
import { checkAccess, natsEnvironment, toAccess, withoutSecrets } from './config-nats.ts';

export type ConfigDefaults = { readonly httpPort: number; readonly probePort: number };

/** A TCP port; 0 means any free one. */
const TcpPort = z
  .string()
  // Number(' ') is 0, which would mean any free port.
  .regex(/^\d+$/, 'expected a whole number')
  .transform(Number)
  .pipe(z.number().max(65_535));

/** From the most to be told to nothing at all. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where spans are sent; the libraries that send them read these and other variables (`OTEL_…`) for themselves. */
const tracingEnvironment = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  TRACE_URL: z
    .url({ protocol: /^https?$/ })
    .includes('{traceId}', 'expected an address with {traceId} in it')
    .optional(),
};

/** The environment variables of a service, with their defaults. */
function environmentOf({ httpPort, probePort }: ConfigDefaults) {
  const variables = z.object({
    ...natsEnvironment,
    ...limitsEnvironment,
    ...authEnvironment,
    ...tracingEnvironment,
    HTTP_HOST: z.string().min(1).optional(),
    HTTP_PORT: TcpPort.default(httpPort),
    PROBE_PORT: TcpPort.default(probePort),
    LOG_LEVEL: z.enum(logLevels).default('info'),
    SSE_MAX_CLIENTS: z.coerce.number<string>().int().min(0).default(5_000),
    SNAPSHOT_EVERY: z.coerce.number<string>().int().min(1).default(10_000),
    PAST_MAX_HEAP_MIB: z.coerce.number<string>().int().min(32).default(2_048),
    READY_GRACE_SECONDS: z.coerce.number<string>().min(0).default(300),
    READY_SETTLE_SECONDS: z.coerce.number<string>().min(0).default(5),
    SHUTDOWN_TIMEOUT_SECONDS: z.coerce.number<string>().min(1).max(600).default(9),
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
    STREAM_REPLICAS: z.coerce.number<string>().int().min(1).max(5).optional(),
  })
  .superRefine((given, issues) => checkAccess(given, reportTo(issues)));

function reportTo(issues: z.RefinementCtx): (name: string, message: string) => void {
  return (name, message) => issues.addIssue({ code: 'custom', path: [name], message });
}

export type Config = {
  /** Where the broker is, and who asks. */
  readonly nats: Access;
  /** The address to listen on; undefined: every address. */
  readonly httpHost: string | undefined;
  readonly httpPort: number;
  /** Where `/livez`, `/readyz` and `/startupz` answer. */
  readonly probePort: number;
  readonly logLevel: LogLevel;
  /** How many clients may follow the live events at once. */
  readonly maxFeedClients: number;
  /** A snapshot is written after this many messages at least. */
  readonly snapshotEvery: number;
  /** The most heap of the process that lists the past, in MiB. */
  readonly pastMaxHeapMiB: number;
  readonly readiness: ReadinessConfig;
  /** After this many milliseconds a shutdown that hangs is ended by force. */
  readonly shutdownTimeoutMs: number;
  readonly limits: LimitsConfig;
  /** Who may write; undefined: anyone. */
  readonly auth: AuthConfig | undefined;
  /** Whether spans are sent to a collector. */
  readonly isTraced: boolean;
  /** Where a person finds a trace: an address with `{traceId}` in it; undefined: nowhere. */
  readonly traceUrl: string | undefined;
};

/** A wrong environment: one line a variable, for a person to read. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv, defaults: ConfigDefaults): Config {
  const variables = read(environmentOf(defaults), environment);
  return {
    nats: toAccess(variables),
    httpHost: variables.HTTP_HOST,
    httpPort: variables.HTTP_PORT,
    probePort: variables.PROBE_PORT,
    logLevel: variables.LOG_LEVEL,
    maxFeedClients: variables.SSE_MAX_CLIENTS,
    snapshotEvery: variables.SNAPSHOT_EVERY,
    pastMaxHeapMiB: variables.PAST_MAX_HEAP_MIB,
    readiness: {
      graceMs: variables.READY_GRACE_SECONDS * 1000,
      settleMs: variables.READY_SETTLE_SECONDS * 1000,
    },
    shutdownTimeoutMs: variables.SHUTDOWN_TIMEOUT_SECONDS * 1000,
    limits: toLimitsConfig(variables),
    auth: toAuthConfig(variables),
    isTraced:
      (variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined &&
      variables.OTEL_SDK_DISABLED !== 'true',
    traceUrl: variables.TRACE_URL,
  };
}

/** The names of the variables that a service is told by. */
export function variablesOfService(defaults: ConfigDefaults): string[] {
  return Object.keys(environmentOf(defaults).shape);
}

/** The names of the variables that the provisioner is told by. */
export function variablesOfProvisioner(): string[] {
  return Object.keys(provisionEnvironment.shape);
}

export type ProvisionConfig = Pick<Config, 'nats'> & {
  /** How many servers keep each stream; undefined: what the stream files say. */
  readonly streamReplicas: number | undefined;
};

/** @throws ConfigError naming every variable that is wrong. */
export function readProvisionConfig(environment: NodeJS.ProcessEnv): ProvisionConfig {
  const variables = read(provisionEnvironment, environment);
  return {
    nats: toAccess(variables),
    streamReplicas: variables.STREAM_REPLICAS,
  };
}

/** For a process that does nothing but connect. @throws ConfigError naming every variable that is wrong. */
export function readAccess(environment: NodeJS.ProcessEnv): Access {
  return readProvisionConfig({ ...environment, STREAM_REPLICAS: '' }).nats;
}

function read<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  // An empty variable is an unset one: that is how shells and Kubernetes write "nothing".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    // What comes after the name is a place inside its value.
    const name = String(path[0]);
    return `${name}=${withoutSecrets(environment[name] ?? '')}: ${withoutSecrets(message)}`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** What a process is told by its environment, checked before anything starts. */

import { z } from 'zod';

export type ConfigDefaults = { readonly httpPort: number; readonly probePort: number };

/** A TCP port; 0 means any free one. */
const TcpPort = z.coerce.number<string>().int().min(0).max(65_535);

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The environment variables of a service, with their defaults. */
function environmentOf({ httpPort, probePort }: ConfigDefaults) {
  return z.object({
    NATS_URL: z.string().min(1).default('nats://localhost:4222'),
    NATS_CREDS: z.string().min(1).optional(),
    HTTP_HOST: z.string().min(1).optional(),
    HTTP_PORT: TcpPort.default(httpPort),
    PROBE_PORT: TcpPort.default(probePort),
    LOG_LEVEL: z.enum(logLevels).default('info'),
    SHUTDOWN_TIMEOUT_SECONDS: z.coerce.number<string>().min(1).max(600).default(9),
  });
}

export type Config = {
  /** One or more broker addresses, separated by commas. */
  readonly natsUrl: string;
  /** The path of a `.creds` file. */
  readonly natsCreds: string | undefined;
  /** The address to listen on; undefined: every address. */
  readonly httpHost: string | undefined;
  readonly httpPort: number;
  /** Where `/livez`, `/readyz` and `/startupz` answer. */
  readonly probePort: number;
  readonly logLevel: (typeof logLevels)[number];
  /** After this many milliseconds a shutdown that hangs is ended by force. */
  readonly shutdownTimeoutMs: number;
};

/** A wrong environment: one line a variable, for a person to read. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv, defaults: ConfigDefaults): Config {
  // An empty variable is an unset one: that is how shells and Kubernetes write "nothing".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentOf(defaults).safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return `${name}=${environment[name] ?? ''}: ${message}`;
    });
    throw new ConfigError(lines.join('\n'));
  }
  const { data } = parsed;
  return {
    natsUrl: data.NATS_URL,
    natsCreds: data.NATS_CREDS,
    httpHost: data.HTTP_HOST,
    httpPort: data.HTTP_PORT,
    probePort: data.PROBE_PORT,
    logLevel: data.LOG_LEVEL,
    shutdownTimeoutMs: data.SHUTDOWN_TIMEOUT_SECONDS * 1000,
  };
}

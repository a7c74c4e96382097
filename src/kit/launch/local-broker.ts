import { accessSync, constants, mkdirSync } from 'node:fs';
import { messageOf } from '../domain/error-message.ts';
import { startNatsServer, type NatsServer } from './nats-server.ts';

/** Reads a TCP port; 0 selects a free port. @throws Error that names the variable if it is not a port number. */
function readPort(env: NodeJS.ProcessEnv, name: string, defaultPort: number): number {
  const value = env[name] || String(defaultPort);
  if (!/^\d+$/.test(value) || Number(value) > 65_535)
    throw new Error(`${name}=${value}: expected a port from 0 to 65535`);
  return Number(value);
}

/**
 * Starts a nats-server for development on the ports NATS_PORT (default 4222) and NATS_MONITOR_PORT (default 8222).
 *
 * @throws Error that names the variable to change if a port is in use or the data directory is not writable.
 */
export async function startLocalBroker(
  program: string,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<NatsServer> {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `the data directory ${dataDir} is not writable (${String(error)}); set DATA_DIR to another one`,
      { cause: error },
    );
  }
  const port = readPort(env, 'NATS_PORT', 4222);
  // NATS_PORT=0 also selects a free monitoring port by default, so that neither port collides with another server.
  const monitorPort = readPort(env, 'NATS_MONITOR_PORT', port === 0 ? 0 : 8222);
  try {
    return await startNatsServer({ program, dataDir, port, monitorPort });
  } catch (error) {
    const message = messageOf(error);
    const portInUse = message.includes('monitor port')
      ? `port ${monitorPort} is in use: set NATS_MONITOR_PORT to another one (0 selects a free port)`
      : `port ${port} is in use: set NATS_PORT to another one (0 selects a free port), or NATS_URL to use the running server`;
    const hint = message.includes('address already in use')
      ? portInUse
      : 'DATA_DIR sets the data directory of nats-server';
    throw new Error(`${message}\n${hint}`, { cause: error });
  }
}

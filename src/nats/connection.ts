/** One connection to NATS for a process: it reconnects for ever, and says at any time whether it is up. */

import { readFileSync } from 'node:fs';
import { connect, credsAuthenticator, type NatsConnection, type NodeConnectionOptions } from 'nats';

export type Connection = {
  readonly nc: NatsConnection;
  /** False from the moment the connection is lost until it is back. */
  readonly isUp: boolean;
  /** When the connection was lost, in milliseconds since 1970; undefined while it is up. */
  readonly downSince: number | undefined;
  /** Calls `listener` after every reconnect; returns how to end that. */
  onReconnect(listener: () => void): () => void;
};

export type ConnectionEvents = {
  onDown?(): void;
  onUp?(server: string): void;
};

export type ConnectOptions = {
  /** One or more addresses, separated by commas: `nats://localhost:4222`. */
  readonly url: string;
  /** Shown in `nats server report connections`. */
  readonly name: string;
  /** The path of a `.creds` file (a JWT and its nkey). */
  readonly credsFile?: string | undefined;
};

/**
 * The broker is pinged every `pingInterval` milliseconds; after two pings without an answer the connection counts as
 * lost. So a frozen broker is noticed within 15 seconds, and a dead one at once.
 */
const liveness = { pingInterval: 5_000, maxPingOut: 2 } satisfies NodeConnectionOptions;

/** Milliseconds that a server may take to answer the call; another one is tried then. */
const dialTimeoutMs = 5_000;

/** @throws when no server answers at first; later losses are mended in the background. */
export async function connectToNats(
  { url, name, credsFile }: ConnectOptions,
  events: ConnectionEvents = {},
): Promise<Connection> {
  const nc = await connect({
    ...liveness,
    servers: url.split(',').map((server) => server.trim()),
    name,
    timeout: dialTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    ignoreAuthErrorAbort: true,
    ...(credsFile !== undefined && { authenticator: credsAuthenticator(readFileSync(credsFile)) }),
  });
  const reconnectListeners = new Set<() => void>();
  let downSince: number | undefined;

  async function watch() {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect' && downSince === undefined) {
        downSince = Date.now();
        events.onDown?.();
      } else if (type === 'reconnect') {
        downSince = undefined;
        events.onUp?.(nc.getServer());
        for (const listener of reconnectListeners) listener();
      }
    }
  }
  void watch();

  return {
    nc,
    get isUp() {
      return downSince === undefined && !nc.isClosed() && !nc.isDraining();
    },
    get downSince() {
      return downSince;
    },
    onReconnect(listener) {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
  };
}

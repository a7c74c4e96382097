/** The NATS connection of a process. It reconnects without limit and exposes its current state. */

import {
  connect,
  createInbox,
  errors,
  type NatsConnection,
  type NodeConnectionOptions,
  type TlsOptions,
} from 'nats';
import { createFileAuthenticator, type CredentialsFile } from './credentials.ts';
import { createListeners } from './listeners.ts';

export type Connection = {
  readonly nc: NatsConnection;
  /** False while the client is disconnected, closed or draining. */
  readonly isUp: boolean;
  /** Like `isUp`, but waits for a reconnect if the connection was lost less than a second ago. */
  confirmUp(): Promise<boolean>;
  /** When the connection was lost, in milliseconds since 1970; undefined while connected. */
  readonly downSince: number | undefined;
  /** Calls `listener` after every reconnect. Returns a function that removes the listener. */
  onReconnect(listener: () => void): () => void;
  /** Returns a new subject below the configured inbox prefix. Permissions may restrict the user to that prefix. */
  createInbox(): string;
};

export type ConnectionEvents = {
  onDown?(): void;
  onUp?(server: string): void;
  /** The server reported an error: failed authentication, a permissions violation or a connection limit. */
  onServerError?(error: Error): void;
  /** The credentials file could not be read at a reconnect; the previous credentials are used. */
  onCredentialsUnreadable?(error: Error): void;
};

/** TLS files in PEM format. They are read at every connect. */
export type TlsFiles = {
  /** Trusted certificate authorities. Default: those of Node.js. */
  readonly caFile?: string | undefined;
  /** Client certificate, presented to a server that requests one; used together with `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
};

/** The broker's addresses, and how to authenticate to it. */
export type Access = {
  /** Comma-separated addresses: `nats://localhost:4222`. A single `tls://` address requires TLS for all of them. */
  readonly url: string;
  readonly credentials?: CredentialsFile | undefined;
  readonly tls?: TlsFiles | undefined;
  /** Prefix of this connection's inbox subjects. Default: `_INBOX`, which all clients share. */
  readonly inboxPrefix?: string | undefined;
};

export type ConnectOptions = Access & {
  /** Shown in `nats server report connections`. */
  readonly name: string;
};

/**
 * The client pings the broker every `pingInterval` ms and disconnects after two unanswered pings. A frozen broker is
 * therefore detected within 15 s. A terminated broker closes the socket, which is detected at once.
 */
const liveness = { pingInterval: 5_000, maxPingOut: 2 } satisfies NodeConnectionOptions;

/** Connection timeout for one server, in ms; the client then tries the next one. */
const dialTimeoutMs = 5_000;

/**
 * How long `confirmUp` waits for a reconnect after a loss, in ms. Failing over to a running server takes only a few
 * milliseconds.
 */
const failoverMs = 1_000;

/** Minimum interval between reports of the same server error, in ms. */
const repeatErrorMs = 10_000;

/**
 * @throws if no server accepts the first connection. After that, the client reconnects in the background, even after
 * authentication errors.
 */
export async function connectToNats(
  { url, name, credentials, tls, inboxPrefix }: ConnectOptions,
  events: ConnectionEvents = {},
): Promise<Connection> {
  const nc = await connect({
    ...liveness,
    servers: splitServers(url),
    name,
    timeout: dialTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    ignoreAuthErrorAbort: true,
    // Otherwise every request creates two Error objects for stack traces, which account for a twelfth of the cost of a write.
    noAsyncTraces: true,
    ...(credentials !== undefined && {
      authenticator: createFileAuthenticator(credentials, (error) => events.onCredentialsUnreadable?.(error)),
    }),
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    // The client ignores the scheme of an address (nats.js 3.4).
    ...(requiresTls({ url, tls }) && { tls: toTlsOptions(tls) }),
  });
  const reconnectListeners = createListeners();
  const reportServerError = suppressRepeats((error) => events.onServerError?.(error));
  let downSince: number | undefined;

  async function watch() {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' && downSince === undefined) {
        downSince = Date.now();
        events.onDown?.();
      } else if (status.type === 'reconnect') {
        downSince = undefined;
        events.onUp?.(nc.getServer());
        reconnectListeners.notify();
      } else if (status.type === 'error') {
        reportServerError(status.error);
      }
    }
  }
  void watch();

  const isUp = () => downSince === undefined && !nc.isClosed() && !nc.isDraining();

  async function confirmUp() {
    const remainingMs = downSince === undefined ? 0 : downSince + failoverMs - Date.now();
    if (remainingMs > 0) await reconnectListeners.next(remainingMs);
    return isUp();
  }

  return {
    nc,
    get isUp() {
      return isUp();
    },
    confirmUp,
    get downSince() {
      return downSince;
    },
    onReconnect: reconnectListeners.add,
    createInbox: () => createInbox(inboxPrefix),
  };
}

export function splitServers(url: string): string[] {
  return url.split(',').map((server) => server.trim());
}

/** Whether the connection must use TLS. */
export function requiresTls({ url, tls }: Pick<Access, 'url' | 'tls'>): boolean {
  return tls !== undefined || splitServers(url).some((server) => server.startsWith('tls://'));
}

/** Whether a publish failed because the user lacks permission for the subject. */
export function isPublishForbidden(error: unknown): boolean {
  // A request wraps the permission error as its cause.
  const reason = error instanceof errors.RequestError ? error.cause : error;
  return reason instanceof errors.PermissionViolationError && reason.operation === 'publish';
}

/** Whether the broker rejected the credentials, or they have expired. */
export function isAuthenticationError(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;
}

function toTlsOptions({ caFile, certFile, keyFile }: TlsFiles = {}): TlsOptions {
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
}

/** Drops repeats of the same error: the client retries a rejected reconnect several times a second. */
function suppressRepeats(report: (error: Error) => void): (error: Error) => void {
  let last = { message: '', at: 0 };
  return (error) => {
    const { message } = error;
    if (message === last.message && Date.now() - last.at < repeatErrorMs) return;
    last = { message, at: Date.now() };
    report(error);
  };
}

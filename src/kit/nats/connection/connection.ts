/** One connection to NATS for a process: it reconnects for ever, and says at any time whether it is up. */

import {
  connect,
  createInbox,
  errors,
  type NatsConnection,
  type NodeConnectionOptions,
  type TlsOptions,
} from 'nats';
import { authenticateBy, type CredentialsFile } from './credentials.ts';

export type Connection = {
  readonly nc: NatsConnection;
  /** False from the moment the connection is lost until it is back. */
  readonly isUp: boolean;
  /** The same; but while a lost connection may only be moving to the next server, waits for it to be back. */
  confirmUp(): Promise<boolean>;
  /** When the connection was lost, in milliseconds since 1970; undefined while it is up. */
  readonly downSince: number | undefined;
  /** Calls `listener` after every reconnect; returns how to end that. */
  onReconnect(listener: () => void): () => void;
  /** A new subject below this connection's own inbox: the only place where its user may be allowed to listen. */
  createInbox(): string;
};

export type ConnectionEvents = {
  onDown?(): void;
  onUp?(server: string): void;
  /** The broker refused who this is, something that it wanted to publish or to hear, or one connection more. */
  onRefused?(error: Error): void;
  /** The credentials cannot be read any more; the ones from before are used. */
  onUnreadable?(error: Error): void;
};

/** The files of TLS, in PEM; they are read again at every connect. */
export type TlsFiles = {
  /** Whom to trust; undefined: whom Node trusts. */
  readonly caFile?: string | undefined;
  /** What this process shows of itself, with its key, to a server that asks for it. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
};

/** Where the broker is, and who asks. */
export type Access = {
  /** One or more addresses, separated by commas: `nats://localhost:4222`. One `tls://` among them asks all for TLS. */
  readonly url: string;
  readonly credentials?: CredentialsFile | undefined;
  readonly tls?: TlsFiles | undefined;
  /** What stands before this connection's inboxes; undefined: `_INBOX`, which every client listens below. */
  readonly inboxPrefix?: string | undefined;
};

export type ConnectOptions = Access & {
  /** Shown in `nats server report connections`. */
  readonly name: string;
};

/**
 * The broker is pinged every `pingInterval` milliseconds; after two pings without an answer the connection counts as
 * lost. So a frozen broker is noticed within 15 seconds, and a dead one at once.
 */
const liveness = { pingInterval: 5_000, maxPingOut: 2 } satisfies NodeConnectionOptions;

/** Milliseconds that a server may take to answer the call; another one is tried then. */
const dialTimeoutMs = 5_000;

/** Milliseconds for which a lost connection is taken to be moving to the next server: with one that is up, it takes a few. */
const movingMs = 1_000;

/** A refusal that repeats itself is told again after this many milliseconds. */
const repeatRefusalMs = 10_000;

/**
 * @throws when no server answers at first, or none lets this process in; later losses are mended in the background, also
 * when the broker refuses for a while.
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
    // Else every request makes two errors in advance, a twelfth of what a write costs, to say where it was made.
    noAsyncTraces: true,
    ...(credentials !== undefined && {
      authenticator: authenticateBy(credentials, (error) => events.onUnreadable?.(error)),
    }),
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    // The client itself takes no notice of what an address begins with (nats.js 3.4).
    ...(asksForTls({ url, tls }) && { tls: toTlsOptions(tls) }),
  });
  const reconnectListeners = new Set<() => void>();
  const tellRefusal = tellOnce((error) => events.onRefused?.(error));
  let downSince: number | undefined;

  async function watch() {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' && downSince === undefined) {
        downSince = Date.now();
        events.onDown?.();
      } else if (status.type === 'reconnect') {
        downSince = undefined;
        events.onUp?.(nc.getServer());
        for (const listener of reconnectListeners) listener();
      } else if (status.type === 'error') {
        tellRefusal(status.error);
      }
    }
  }
  void watch();

  const isUp = () => downSince === undefined && !nc.isClosed() && !nc.isDraining();

  async function confirmUp() {
    const leftMs = downSince === undefined ? 0 : downSince + movingMs - Date.now();
    if (leftMs > 0) {
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          reconnectListeners.delete(end);
          resolve();
        };
        const timer = setTimeout(end, leftMs);
        reconnectListeners.add(end);
      });
    }
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
    onReconnect(listener) {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
    createInbox: () => createInbox(inboxPrefix),
  };
}

/** The single addresses of `url`. */
export function splitServers(url: string): string[] {
  return url.split(',').map((server) => server.trim());
}

/** Whether a server without TLS is not good enough. */
export function asksForTls({ url, tls }: Pick<Access, 'url' | 'tls'>): boolean {
  return tls !== undefined || splitServers(url).some((server) => server.startsWith('tls://'));
}

/** Whether the broker did not take what was published, because this user may not publish it. */
export function isRefusedPublish(error: unknown): boolean {
  // A request that is refused carries that as its cause.
  const reason = error instanceof errors.RequestError ? error.cause : error;
  return reason instanceof errors.PermissionViolationError && reason.operation === 'publish';
}

/** Whether the broker does not know who asks, or not any more. */
export function isUnknownUser(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;
}

function toTlsOptions({ caFile, certFile, keyFile }: TlsFiles = {}): TlsOptions {
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
}

/** Leaves out what was told a moment ago: a refused reconnect is tried several times a second. */
function tellOnce(tell: (error: Error) => void): (error: Error) => void {
  let last = { message: '', at: 0 };
  return (error) => {
    const { message } = error;
    if (message === last.message && Date.now() - last.at < repeatRefusalMs) return;
    last = { message, at: Date.now() };
    tell(error);
  };
}

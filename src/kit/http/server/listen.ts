/** An HTTP server that says clearly why it cannot listen, that slow clients cannot hold up, and that stops without cutting anyone off. */

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { respondToClientError, toClientProblem } from './client-error.ts';

export type ServerOptions = {
  readonly host: string | undefined;
  /** 0 means any free one. */
  readonly port: number;
  /** The environment variable to name when the port cannot be had. */
  readonly variable: string;
  readonly listener: RequestListener;
  readonly limits?: ServerLimits;
  /** Called for every connection that was one too many. */
  onConnectionRejected?(): void;
};

export type ServerLimits = {
  /** Milliseconds that a client may take for its request line and headers. */
  readonly headersTimeoutMs: number;
  /** Milliseconds that a client may take for the whole request. */
  readonly requestTimeoutMs: number;
  /** How many connections there may be at once; 0: any number. */
  readonly maxConnections: number;
};

export type Server = {
  /** The port it listens on. */
  readonly port: number;
  /** Accepts no connection any more, and resolves when the last answer is sent or too long in coming. */
  close(): Promise<void>;
};

const defaultLimits: ServerLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 };

/** How often, in milliseconds, Node looks for clients that take too long. Its own default, 30 s, makes every limit 30 s longer. */
const connectionsCheckingInterval = 1_000;

/** How often, in milliseconds, a server that closes looks whether it may end the connections that are left. */
const closingIntervalMs = 50;
/** Milliseconds without a request after which a closing server takes the connections that are left for idle. */
const lingerMs = 200;
/** Milliseconds after which a closing server waits for no client any more: longer than any answer of ours takes. */
const patienceMs = 7_000;

/** @throws Error naming the port, the cause and the variable to change. */
export async function listen(options: ServerOptions): Promise<Server> {
  const { host, port, variable, listener, limits = defaultLimits, onConnectionRejected } = options;
  /** Every connection with the answer that is under way on it, or was last; none yet before its first request. */
  const connections = new Map<Duplex, ServerResponse | undefined>();
  let lastRequestAt = 0;
  let closing = false;
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval,
      keepAliveTimeout: 65_000,
      // The application refuses it, in its own words.
      requireHostHeader: false,
    },
    (request, response) => {
      connections.set(request.socket, response);
      lastRequestAt = performance.now();
      if (closing) endConnectionAfter(response);
      listener(request, response);
    },
  );
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  // Node takes 0 for "none".
  if (limits.maxConnections > 0) server.maxConnections = limits.maxConnections;
  if (onConnectionRejected !== undefined) server.on('drop', onConnectionRejected);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = connections.get(socket);
    const isMidAnswer = answer?.headersSent === true && !answer.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isMidAnswer) socket.destroy();
    else respondToClientError(toClientProblem(error), socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another process listens there' : error.message;
      reject(
        new Error(
          `cannot listen on port ${port}: ${reason}; set ${variable} to another port, or to 0 for any`,
        ),
      );
    });
    server.listen({ port, host, backlog: 1024 }, resolve);
  });
  const address = server.address();
  return {
    // A string is the path of a Unix socket, which is never asked for here.
    port: address === null || typeof address === 'string' ? port : address.port,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        for (const response of connections.values()) if (isUnderWay(response)) endConnectionAfter(response);
        const since = performance.now();
        const idle = setInterval(() => {
          const now = performance.now();
          const isIdle = ![...connections.values()].some(isUnderWay);
          const quiet = isIdle && now - Math.max(since, lastRequestAt) >= lingerMs;
          if (quiet || now - since >= patienceMs) server.closeAllConnections();
        }, closingIntervalMs);
        // Not the HTTP server's own: that cuts a connection on which a client just sends its next request.
        NetServer.prototype.close.call(server, () => {
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

/** Whether an answer is still on its way: not looked for until the server closes, so that no answer pays for it. */
function isUnderWay(response: ServerResponse | undefined): response is ServerResponse {
  return response !== undefined && !response.closed;
}

/** Tells the client to send nothing more on this connection. */
function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

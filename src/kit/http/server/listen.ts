/** An HTTP server with limits for slow clients and a graceful shutdown. */

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { rejectExpectation, respondToClientError, toClientProblem } from './client-error.ts';

export type ServerOptions = {
  readonly host: string | undefined;
  /** 0 selects a free port. */
  readonly port: number;
  /** The environment variable that sets the port, for error messages. */
  readonly variable: string;
  readonly listener: RequestListener;
  readonly limits?: ServerLimits;
  /** Called for every connection that is rejected because of `maxConnections`. */
  onConnectionRejected?(): void;
};

export type ServerLimits = {
  /** Timeout for receiving the request line and headers, in ms. */
  readonly headersTimeoutMs: number;
  /** Timeout for receiving the whole request, in ms. */
  readonly requestTimeoutMs: number;
  /** Maximum number of open connections; 0: unlimited. */
  readonly maxConnections: number;
};

export type Server = {
  readonly port: number;
  /** Stops accepting connections. Resolves when all responses are sent, or after a timeout. */
  close(): Promise<void>;
};

const defaultLimits: ServerLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 };

/** How often Node.js enforces the timeouts, in ms. Its default of 30 s would extend every timeout by up to 30 s. */
const connectionsCheckingInterval = 1_000;

/** How often a closing server checks whether it can close the remaining connections, in ms. */
const closeCheckMs = 50;
/** A closing server treats the remaining connections as idle after this time without a request, in ms. */
const idleMs = 200;
/** A closing server closes all connections after this time, in ms. Responses normally take less. */
const closeTimeoutMs = 7_000;

/** @throws Error that names the port, the cause and the variable to change. */
export async function listen(options: ServerOptions): Promise<Server> {
  const { host, port, variable, listener, limits = defaultLimits, onConnectionRejected } = options;
  /** Open connections with their current or last response; undefined before the first request. */
  const connections = new Map<Duplex, ServerResponse | undefined>();
  let lastRequestAt = 0;
  let closing = false;
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval,
      keepAliveTimeout: 65_000,
      // The application rejects a missing Host header with a problem document.
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
  // With 0, Node.js would reject every connection.
  if (limits.maxConnections > 0) server.maxConnections = limits.maxConnections;
  if (onConnectionRejected !== undefined) server.on('drop', onConnectionRejected);
  server.on('checkExpectation', rejectExpectation);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = connections.get(socket);
    const hasBegun = response?.headersSent === true && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegun) socket.destroy();
    else respondToClientError(toClientProblem(error, limits), socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isAboutHost = error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL';
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(
        new Error(
          isAboutHost
            ? `cannot listen on ${host}: ${reason}; set HTTP_HOST to an address of this machine`
            : `cannot listen on port ${port}: ${reason}; set ${variable} to another port, or to 0 for any free port`,
        ),
      );
    });
    server.listen({ port, host, backlog: 1024 }, resolve);
  });
  const address = server.address();
  return {
    // A string is the path of a Unix socket, which this function never creates.
    port: address === null || typeof address === 'string' ? port : address.port,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        for (const response of connections.values()) if (isPending(response)) endConnectionAfter(response);
        const closingSince = performance.now();
        const closeTimer = setInterval(() => {
          const now = performance.now();
          const isIdle = ![...connections.values()].some(isPending);
          const canClose = isIdle && now - Math.max(closingSince, lastRequestAt) >= idleMs;
          if (canClose || now - closingSince >= closeTimeoutMs) server.closeAllConnections();
        }, closeCheckMs);
        // `http.Server.close` would also close idle connections, on which the next request may already be in transit.
        NetServer.prototype.close.call(server, () => {
          clearInterval(closeTimer);
          resolve();
        });
      }),
  };
}

/** Whether the response is not complete yet. Evaluated only while closing, so that it costs normal requests nothing. */
function isPending(response: ServerResponse | undefined): response is ServerResponse {
  return response !== undefined && !response.closed;
}

/** Asks the client to close the connection after this response. */
function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** An HTTP server that says clearly why it cannot listen, and that stops without cutting anyone off. */

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';

export type ServerOptions = {
  readonly host: string | undefined;
  /** 0 means any free one. */
  readonly port: number;
  /** The environment variable to name when the port cannot be had. */
  readonly variable: string;
  readonly listener: RequestListener;
};

export type Server = {
  /** The port it listens on. */
  readonly port: number;
  /** Accepts no connection any more, and resolves when the last answer is sent or too long in coming. */
  close(): Promise<void>;
};

/** Milliseconds that a client may take for its request line and headers, and for the whole request. */
const headersTimeout = 10_000;
const requestTimeout = 30_000;
/** Milliseconds without a request after which a closing server takes the connections that are left for idle. */
const lingerMs = 200;
/** Milliseconds after which a closing server waits for no client any more: longer than any answer of ours takes. */
const patienceMs = 7_000;

/** @throws Error naming the port, the cause and the variable to change. */
export async function listen({ host, port, variable, listener }: ServerOptions): Promise<Server> {
  const answering = new Set<ServerResponse>();
  let lastRequestAt = 0;
  let closing = false;
  const server = createServer(
    { headersTimeout, requestTimeout, keepAliveTimeout: 65_000 },
    (request, response) => {
      lastRequestAt = performance.now();
      answering.add(response);
      response.once('close', () => answering.delete(response));
      if (closing) endConnectionAfter(response);
      listener(request, response);
    },
  );
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
        for (const response of answering) endConnectionAfter(response);
        const since = performance.now();
        const idle = setInterval(() => {
          const now = performance.now();
          const quiet = answering.size === 0 && now - Math.max(since, lastRequestAt) >= lingerMs;
          if (quiet || now - since >= patienceMs) server.closeAllConnections();
        }, 50);
        // Not the HTTP server's own: that cuts a connection on which a client just sends its next request.
        NetServer.prototype.close.call(server, () => {
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

/** Tells the client to send nothing more on this connection. */
function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

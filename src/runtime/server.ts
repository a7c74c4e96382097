/** An HTTP server that says clearly why it cannot listen, and that stops without cutting anyone off. */

import { createServer, type RequestListener } from 'node:http';

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
  /** Accepts nothing new and resolves when the last answer is sent. */
  close(): Promise<void>;
};

/** Milliseconds that a client may take for its request line and headers, and for the whole request. */
const headersTimeout = 10_000;
const requestTimeout = 30_000;

/** @throws Error naming the port, the cause and the variable to change. */
export async function listen({ host, port, variable, listener }: ServerOptions): Promise<Server> {
  const server = createServer({ headersTimeout, requestTimeout, keepAliveTimeout: 65_000 }, listener);
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
        // A kept-alive connection becomes idle when its answer is sent, and would stay open.
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

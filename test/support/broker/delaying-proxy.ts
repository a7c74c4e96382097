/** A TCP proxy that delays everything the broker sends, to simulate a lagging replica. */

import { connect, createServer, type Socket } from 'node:net';

export type DelayingProxy = {
  /** Address for clients: `nats://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
};

/** @param delayMs delay of data from the broker, in ms. Data to the broker is not delayed. */
export async function startDelayingProxy(brokerUrl: string, delayMs: number): Promise<DelayingProxy> {
  const { hostname, port } = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect(Number(port), hostname);
    client.setNoDelay(true);
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(broker);
    broker.on('data', (chunk) => setTimeout(() => client.writable && client.write(chunk), delayMs));
    broker.on('close', () => client.destroy());
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the proxy has no port'));
      else resolve(`nats://127.0.0.1:${address.port}`);
    });
  });
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Finds TCP ports for servers that cannot bind port 0. */

import { createServer } from 'node:net';

/** Returns a free TCP port. Another process may bind it before the caller does. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const found = address !== null && typeof address === 'object' ? address.port : undefined;
      server.close(() => (found === undefined ? reject(new Error('no free port found')) : resolve(found)));
    });
  });
}

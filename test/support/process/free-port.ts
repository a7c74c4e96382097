/** A free TCP port, for servers that cannot choose one themselves. */

import { createServer } from 'node:net';

/** Between this and listening there, another process may take it. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const found = address !== null && typeof address === 'object' ? address.port : undefined;
      server.close(() => (found === undefined ? reject(new Error('no free port')) : resolve(found)));
    });
  });
}

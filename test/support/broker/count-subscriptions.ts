/** Sees whether a connection leaks subscriptions. */

import type { Connection } from '../../../src/kit/nats/connection/connection.ts';

/** How many subscriptions a connection has; the client tells nobody, so this looks into it. */
export function countSubscriptions({ nc }: Connection): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { protocol } = nc as unknown as { protocol: { subscriptions: { size(): number } } };
  return protocol.subscriptions.size();
}

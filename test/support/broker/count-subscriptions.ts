import type { Connection } from '../../../src/kit/nats/connection/connection.ts';

/** Returns the number of open subscriptions. Reads a private field: the client has no public API for it. */
export function countSubscriptions({ nc }: Connection): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { protocol } = nc as unknown as { protocol: { subscriptions: { size(): number } } };
  return protocol.subscriptions.size();
}

import type { StreamInfo } from '@nats-io/jetstream';

/**
 * Returns the clock of the broker that answered, in ms since the epoch: for the info of a stream, of its leader, which also
 * stores the times of messages. The clock of this process is never compared with a stored time.
 */
export function brokerTimeOf({ ts }: Pick<StreamInfo, 'ts'>): number {
  if (ts === undefined) throw new Error('the server does not report its time');
  return Date.parse(ts);
}

/** Where a subscription begins, as a position. */

import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { nanos, nuid } from 'nats';
import type { Source } from './options.ts';

/** The position before the first message that is to be read. */
export async function findStart({ jsm, stream, subject, from }: Source): Promise<number> {
  if (typeof from === 'number') return Math.max(0, from - 1);
  const { state } = await jsm.streams.info(stream);
  if (from === 'now') return state.last_seq;
  // Only a consumer is told by the broker where a time lies; nobody reads this one, and the broker removes it.
  const { delivered } = await jsm.consumers.add(stream, {
    name: `from-${nuid.next()}`,
    filter_subject: subject,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: from.toISOString(),
    ack_policy: AckPolicy.None,
    inactive_threshold: nanos(5_000),
    mem_storage: true,
    num_replicas: 1,
  });
  return delivered.stream_seq;
}

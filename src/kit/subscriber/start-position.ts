import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { nanos, nuid } from 'nats';
import type { Source } from './options.ts';

/** Returns the position before the first message to deliver. */
export async function findStartPosition({ jsm, stream, subject, from }: Source): Promise<number> {
  if (typeof from === 'number') return Math.max(0, from - 1);
  const { state } = await jsm.streams.info(stream);
  if (from === 'now') return state.last_seq;
  // The broker converts a time to a position only for a consumer. This one is never read; the broker removes it when inactive.
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

import type { JetStreamManager } from '@nats-io/jetstream';
import * as assert from 'uvu/assert';
import { eventually } from '../eventually.ts';

/** Time for which a leader counts as in contact with a peer after it last heard from it, in ns. */
const contactNanos = 3_000_000_000;

/** Resolves when the leader has not heard from `count` peers for so long that its answers need confirmation. */
export function awaitOutOfContact(jsm: JetStreamManager, stream: string, count: number): Promise<void> {
  return eventually(async () => {
    const { cluster } = await jsm.streams.info(stream);
    const ages = cluster?.replicas?.map(({ active }) => active) ?? [];
    assert.is(ages.filter((age) => age > contactNanos).length, count, JSON.stringify(ages));
  });
}

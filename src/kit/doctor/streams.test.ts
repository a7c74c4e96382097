/** The states of a cluster after the loss of a server; a real cluster takes half a minute to report it. */

import type { StreamInfo } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { examineStorage } from './streams.ts';

type Cluster = NonNullable<StreamInfo['cluster']>;
type Peer = NonNullable<Cluster['replicas']>[number];

/** An up-to-date peer whose last heartbeat was a second ago. */
const peer = (changes: Partial<Peer> = {}): Peer => ({
  name: 'two',
  current: true,
  offline: false,
  active: 1e9,
  lag: 0,
  ...changes,
});

/** Returns the verdicts and details for a stream of two messages. */
function examine({ leader = 'one', replicas = [peer(), peer({ name: 'three' })] }: Partial<Cluster> = {}) {
  const state: Partial<StreamInfo['state']> = { messages: 2, bytes: 100, first_seq: 1, last_seq: 2 };
  // Only the fields that the check reads.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const info = { state, cluster: { name: 'test', leader, replicas } } as StreamInfo;
  return examineStorage('LAPTOPS', info).map(({ verdict, detail }) => `${verdict}: ${detail}`);
}

const storage = suite('examineStorage');

storage('reports the number of replicas and the leader of a healthy stream', () => {
  assert.equal(examine(), ['ok: 2 messages, 100 bytes, 3 replicas, leader one']);
});

storage('does not mention replicas if there is only one', () => {
  assert.equal(examine({ replicas: [] }), ['ok: 2 messages, 100 bytes']);
});

storage('reports a silent or offline peer as a failure', () => {
  assert.equal(examine({ replicas: [peer(), peer({ name: 'three', active: 7e9 })] }), [
    'failure: replicas that do not respond: three (for 7 seconds)',
  ]);
  assert.equal(examine({ replicas: [peer({ offline: true, current: false, active: 60e9 })] }), [
    'failure: replicas that do not respond: two (for 60 seconds)',
  ]);
});

storage('reports a peer that is not up to date as a warning', () => {
  assert.equal(examine({ replicas: [peer({ current: false })] }), [
    'warning: replicas that are not up to date: two',
  ]);
});

storage('reports a missing leader as a failure', () => {
  assert.equal(examine({ leader: '' }), ['failure: no leader: writes are not possible']);
});

storage.run();

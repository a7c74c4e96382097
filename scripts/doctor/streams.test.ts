/** What a cluster says of its streams after the loss of a server, which takes it half a minute to say by itself. */

import type { StreamInfo } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { examineLog } from './streams.ts';

type Cluster = NonNullable<StreamInfo['cluster']>;
type Peer = NonNullable<Cluster['replicas']>[number];

/** A server that was heard of a second ago, and is up to date. */
const peer = (changes: Partial<Peer> = {}): Peer => ({
  name: 'two',
  current: true,
  offline: false,
  active: 1e9,
  lag: 0,
  ...changes,
});

/** Verdict and detail of all that is said of a stream of two messages. */
function examine({ leader = 'one', replicas = [peer(), peer({ name: 'three' })] }: Partial<Cluster> = {}) {
  const state: Partial<StreamInfo['state']> = { messages: 2, bytes: 100, first_seq: 1, last_seq: 2 };
  // Only what the check reads.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const info = { state, cluster: { name: 'test', leader, replicas } } as StreamInfo;
  return examineLog('LAPTOPS', info).map(({ verdict, detail }) => `${verdict}: ${detail}`);
}

const test = suite('the servers that keep a stream');

test('are counted when all is well', () => {
  assert.equal(examine(), ['ok: 2 messages, 100 bytes, kept by 3 servers, one leads']);
});

test('one alone is not worth a word', () => {
  assert.equal(examine({ replicas: [] }), ['ok: 2 messages, 100 bytes']);
});

test('one that is silent or offline is a failure', () => {
  assert.equal(examine({ replicas: [peer(), peer({ name: 'three', active: 7e9 })] }), [
    'failure: servers that keep it are silent: three (for 7 seconds)',
  ]);
  assert.equal(examine({ replicas: [peer({ offline: true, current: false, active: 60e9 })] }), [
    'failure: servers that keep it are silent: two (for 60 seconds)',
  ]);
});

test('one that is not up to date is a warning', () => {
  assert.equal(examine({ replicas: [peer({ current: false })] }), [
    'warning: servers that are not up to date: two',
  ]);
});

test('without a leader nothing can be stored, which is a failure', () => {
  assert.equal(examine({ leader: '' }), ['failure: it has no leader: nothing can be stored']);
});

test.run();

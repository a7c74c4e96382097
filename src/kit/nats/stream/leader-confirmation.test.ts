import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  isConfirmed,
  isStored,
  lastStoredPosition,
  type LeaderReport,
  type ReportTimes,
} from './leader-confirmation.ts';

/** The fields that matter in a STREAM.INFO response of nats-server 2.15.2: three replicas; "two" is the leader. */
function report(activeOne: number, activeThree: number, cluster: LeaderReport['cluster'] = {}): LeaderReport {
  const replicas = [
    { name: 'one', current: true, offline: false, lag: 0, active: activeOne },
    { name: 'three', current: true, offline: false, lag: 0, active: activeThree },
  ];
  return { config: { num_replicas: 3 }, cluster: { leader: 'two', replicas, ...cluster } };
}

// The `active` values were recorded.
const idle = report(276_244_817, 276_256_505);
const oneKilled = report(5_286_113_838, 286_326_532);
const bothFrozen = report(3_357_908_751, 3_358_067_716);

/** The caller began to wait `waitedMs` before the report was requested; the report took `tookMs`. */
function times(waitedMs = 0, tookMs = 1): ReportTimes {
  return { since: 50_000, askedAt: 50_000 + waitedMs, answeredAt: 50_000 + waitedMs + tookMs };
}

const confirmation = suite('an answer of the stream leader');

confirmation('needs no confirmation if the stream has one replica', () => {
  const config = { num_replicas: 1 };
  assert.ok(isConfirmed({ config, cluster: { leader: 'portside' } }, times()));
  assert.ok(isConfirmed({ config, cluster: { leader: 'two', replicas: [] } }, times()));
  assert.ok(isConfirmed({ config }, times(0, 5_000)));
});

confirmation('is not confirmed if the stream has replicas and none is known to lead', () => {
  assert.not(isConfirmed({ config: { num_replicas: 3 } }, times()));
});

confirmation(
  'needs a majority of the servers that the leader reports, if they are more than configured',
  () => {
    const { cluster = {} } = idle;
    const config = { num_replicas: 1 };
    assert.ok(isConfirmed({ config, cluster }, times()));
    assert.not(isConfirmed({ config, cluster: bothFrozen.cluster ?? {} }, times()));
  },
);

confirmation('is confirmed at once if every peer was heard from within 3 s', () => {
  assert.ok(isConfirmed(idle, times()));
  assert.ok(isConfirmed(report(3_000_000_000, 1), times()));
});

confirmation('is not confirmed at once if one peer was not heard from within 3 s', () => {
  assert.not(isConfirmed(oneKilled, times()));
  assert.not(isConfirmed(report(1, 3_001_000_000), times()));
});

for (const [waitedMs, expected] of [
  [0, false],
  [286, false],
  [386, false],
  [387, true],
  [2_000, true],
] as const) {
  confirmation(
    `with one peer away is ${expected ? '' : 'not '}confirmed after a wait of ${waitedMs} ms`,
    () => {
      assert.is(isConfirmed(oneKilled, times(waitedMs)), expected);
    },
  );
}

confirmation('is never confirmed without a majority that was heard from since the wait began', () => {
  assert.not(isConfirmed(bothFrozen, times()));
  assert.not(isConfirmed(bothFrozen, times(3_350)));
  assert.not(isConfirmed(report(17_406_083_740, 17_406_242_705), times(15_000)));
});

confirmation('does not count a peer that the leader has never heard from', () => {
  assert.not(isConfirmed(report(0, 0), times(60_000)));
  assert.not(isConfirmed(report(0, 1_000_000), times()));
  assert.ok(isConfirmed(report(0, 1_000_000), times(200)));
});

confirmation('is not confirmed if the server may have been suspended while it held the request', () => {
  assert.ok(isConfirmed(idle, times(0, 1_000)));
  assert.not(isConfirmed(idle, times(0, 1_001)));
  assert.not(isConfirmed(idle, times(10_000, 1_001)));
});

confirmation('is not confirmed if the server that sent it is not the leader', () => {
  const { leader: _none, ...leaderless } = idle.cluster ?? {};
  assert.not(isConfirmed({ config: idle.config, cluster: leaderless }, times(60_000)));
  assert.not(isConfirmed(report(1, 1, { leader: 'three' }), times(60_000)));
});

confirmation('counts replicas that are configured but not yet in the group as away', () => {
  const [one] = idle.cluster?.replicas ?? [];
  const cluster = { leader: 'two', replicas: one === undefined ? [] : [one] };
  assert.not(isConfirmed({ config: { num_replicas: 3 }, cluster }, times()));
  assert.ok(isConfirmed({ config: { num_replicas: 3 }, cluster }, times(500)));
  assert.not(isConfirmed({ config: { num_replicas: 4 }, cluster }, times(500)));
});

confirmation('needs two of four peers if the stream has five replicas', () => {
  const peer = (active: number) => ({ name: String(active), current: true, offline: false, lag: 0, active });
  const withPeers = (...ages: readonly number[]): LeaderReport => ({
    config: { num_replicas: 5 },
    cluster: { leader: 'leader', replicas: ages.map(peer) },
  });
  const [fresh, away] = [1_000_000, 9_000_000_000];
  assert.ok(isConfirmed(withPeers(fresh, fresh, fresh, fresh), times()));
  assert.not(isConfirmed(withPeers(fresh, fresh, fresh, away), times()));
  assert.ok(isConfirmed(withPeers(fresh, fresh, away, away), times(500)));
  assert.not(isConfirmed(withPeers(fresh, away, away, away), times(500)));
});

confirmation.run();

const position = suite('the last stored position');

const state: Parameters<typeof lastStoredPosition>[0] = {
  messages: 6,
  bytes: 240,
  first_seq: 1,
  first_ts: '2026-11-26T08:07:50.974238111Z',
  last_seq: 6,
  last_ts: '2026-11-26T08:07:50.977183828Z',
  num_deleted: 0,
  deleted: [],
  lost: { msgs: null, bytes: 0 },
  consumer_count: 0,
};

position('is the last sequence if it was not deleted', () => {
  assert.is(lastStoredPosition(state), 6);
  assert.is(lastStoredPosition({ ...state, messages: 5, num_deleted: 1, deleted: [2] }), 6);
});

position('is before the messages deleted from the end', () => {
  assert.is(lastStoredPosition({ ...state, messages: 3, num_deleted: 3, deleted: [2, 5, 6] }), 4);
});

position('is 0 in an empty stream, even if it had messages', () => {
  assert.is(lastStoredPosition({ ...state, messages: 0, first_seq: 7 }), 0);
});

position.run();

const presence = suite('a message');

presence('is stored if its position is in the stream', () => {
  for (const at of [1, 6]) assert.ok(isStored(state, at));
  for (const at of [0, 7]) assert.not(isStored(state, at));
});

presence('is not stored if it was deleted', () => {
  const withDeleted = { ...state, messages: 3, first_seq: 2, num_deleted: 2, deleted: [3, 5] };
  const stored = [1, 2, 3, 4, 5, 6].filter((at) => isStored(withDeleted, at));
  assert.equal(stored, [2, 4, 6]);
  assert.not(isStored({ ...state, messages: 0, first_seq: 7 }, 6));
});

presence.run();

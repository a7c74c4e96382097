import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { storedMessage } from '../../../test/support/memory-store.ts';
import type { DomainEvent } from '../domain/decider.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import { readEntityHistory } from './entity-history.ts';

const stored = (position: number): StoredMessage<DomainEvent> => storedMessage(position, { type: 'Lit' });

type Source = {
  /** Position of the entity's last message that the view has applied. */
  readonly version: number;
  /** The same according to the leader. */
  readonly leaderVersion: number;
  /** Positions of the entity's messages in the stream. */
  readonly positions: readonly number[];
  /** The same on the server that responds first. Default: no server responds. */
  readonly anyServer?: readonly number[];
};

/** Returns the positions of the history. */
async function read(
  { version, leaderVersion, positions, anyServer }: Source,
  upTo?: number,
): Promise<number[]> {
  const find = (position: number) => {
    assert.ok(leaderVersion < version, 'a message is read although the leader is up to date');
    return Promise.resolve(positions.includes(position) ? stored(position) : undefined);
  };
  const messages = await readEntityHistory(
    {
      view: { find: () => ({ version }) },
      store: {
        lastPositionOf: () => Promise.resolve(leaderVersion),
        read: find,
        historyOfAnyServer: () => Promise.resolve(anyServer?.map(stored)),
        history(_id, { upTo }) {
          // The event store waits for a message at or after `upTo`.
          assert.ok(upTo <= (positions.at(-1) ?? 0), `no message at or after ${upTo}`);
          return Promise.resolve(positions.filter((position) => position <= upTo).map(stored));
        },
      },
    },
    1,
    upTo === undefined ? {} : { upTo },
  );
  return messages.map(({ position }) => position);
}

const test = suite('the history of an entity');

test('is read from any server that has the messages that the view has applied', async () => {
  const leader = { leaderVersion: NaN, positions: [] };
  assert.equal(await read({ ...leader, version: 5, anyServer: [2, 5] }), [2, 5]);
  assert.equal(await read({ ...leader, version: 2, anyServer: [2, 5] }), [2, 5]);
  assert.equal(await read({ ...leader, version: 0, anyServer: [] }), []);
  assert.equal(await read({ ...leader, version: 5, anyServer: [2, 4] }, 4), [2, 4]);
  assert.equal(await read({ ...leader, version: 5, anyServer: [2, 5] }, 4), [2]);
});
test('is read from the leader if the server lacks a message that the view has applied', async () => {
  const leader = { version: 5, leaderVersion: 5, positions: [2, 5] };
  assert.equal(await read({ ...leader, anyServer: [2] }), [2, 5]);
  assert.equal(await read({ ...leader, anyServer: [] }), [2, 5]);
  assert.equal(await read({ ...leader, anyServer: [2] }, 4), [2]);
});
test('ends at the last message that the leader reports, also if the view lags', async () => {
  assert.equal(await read({ version: 5, leaderVersion: 5, positions: [2, 5] }), [2, 5]);
  assert.equal(await read({ version: 2, leaderVersion: 5, positions: [2, 5] }), [2, 5]);
  assert.equal(await read({ version: 0, leaderVersion: 0, positions: [] }), []);
});
test('includes the messages that the view has applied and an old leader does not have', async () => {
  assert.equal(await read({ version: 5, leaderVersion: 2, positions: [2, 5] }), [2, 5]);
  assert.equal(await read({ version: 5, leaderVersion: 0, positions: [2, 5] }), [2, 5]);
});
test('ends before a message that was deleted after the view had applied it', async () => {
  assert.equal(await read({ version: 5, leaderVersion: 2, positions: [2] }), [2]);
});
test('ends at the requested position', async () => {
  assert.equal(await read({ version: 5, leaderVersion: 2, positions: [2, 5] }, 4), [2]);
  assert.equal(await read({ version: 5, leaderVersion: 5, positions: [2, 5] }, 5), [2, 5]);
});

test.run();

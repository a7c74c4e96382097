/** Limits of an account with tiers, which need an operator's JWT and a cluster. */

import type { JetStreamAccountStats } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { examineAccount } from './storage.ts';

const account = suite('examineAccount');

account('multiplies the limit of a tier by its replicas, all of which count as usage', () => {
  const tier = (storage: number, max_storage: number) => ({ storage, limits: { max_storage } });
  // Only the fields that the check reads.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const stats = {
    tiers: { R1: tier(85, 100), R3: tier(240, 100) },
    storage: 325,
    limits: { max_storage: -1 },
  } as unknown as JetStreamAccountStats;
  assert.equal(
    examineAccount(stats).map(({ name, verdict, detail }) => `${verdict} ${name}: ${detail}`),
    [
      'warning storage account R1: nearly full: 85 bytes of 100 bytes used (85 %)',
      'warning storage account R3: nearly full: 240 bytes of 300 bytes used (80 %)',
    ],
  );
});

account('accepts an account without a limit', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const stats = { storage: 10, limits: { max_storage: -1 } } as unknown as JetStreamAccountStats;
  assert.equal(
    examineAccount(stats).map(({ verdict, detail }) => `${verdict}: ${detail}`),
    ['ok: 10 bytes used, unlimited'],
  );
});

account.run();

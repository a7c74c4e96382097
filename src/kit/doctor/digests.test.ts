/** Assessments of replies that depend on the timing of replicas. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StateDigest } from '../nats/services/digest-endpoint.ts';
import { assessDigests } from './digests.ts';

const reply = (replica: string, changes: Partial<StateDigest> = {}): StateDigest => ({
  replica,
  stream: 'LAPTOPS',
  position: 12,
  foldVersion: 'f1',
  format: 1,
  digest: 'd1',
  ...changes,
});

const assess = (digests: readonly StateDigest[], silent: readonly string[] = []) => {
  const { verdict, detail } = assessDigests('state laptops', 'laptops', { position: 12, digests, silent });
  return `${verdict}: ${detail}`;
};

const state = suite('assessDigests');

state('accepts equal digests', () => {
  assert.is(assess([reply('a'), reply('b')]), 'ok: 2 replicas agree at 12, digest d1');
});

state('reports different digests as a failure, also if another replica has none', () => {
  assert.is(
    assess([reply('a'), reply('b', { digest: 'd2' }), reply('c', { position: 9, digest: null })], ['d']),
    'failure: replicas diverge: they hold different state at the same position\n' +
      '  a at 12: digest d1, fold version f1\n' +
      '  b at 12: digest d2, fold version f1',
  );
});

state('reports a replica that is at another position, or does not reply, as a warning', () => {
  const headline = 'warning: not compared: not all replicas have a digest of position 12\n';
  assert.is(
    assess([reply('a'), reply('b', { position: 4_000, digest: null })]),
    `${headline}  a at 12: digest d1, fold version f1\n  b at 4,000: no digest, fold version f1`,
  );
  assert.is(assess([reply('a')], ['b']), `${headline}  a at 12: digest d1, fold version f1\n  b: no reply`);
});

state('does not compare digests of different code', () => {
  const mixed = [reply('a'), reply('b'), reply('c', { foldVersion: 'f2', digest: 'd2' })];
  assert.match(assess(mixed), /^warning: not all compared: the replicas run different code/);
  // A difference between replicas of the same code is still a failure.
  assert.match(assess([...mixed, reply('d', { digest: 'd3' })]), /^failure: replicas diverge/);
});

state.run();

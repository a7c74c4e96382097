/**
 * Builds kube-score before `npm test`, if `PORTSIDE_TEST_GO_INSTALL` is 1: the first build takes several minutes, which is longer
 * than the timeout of a test file.
 */

import { messageOf } from '../../../src/kit/domain/error-message.ts';
import { findOnPath } from '../../setup/command.mjs';
import { buildKubeScore, findKubeScore } from '../cluster/build/programs.ts';

if ((await findKubeScore()) === undefined) {
  await install().catch((error: unknown) => {
    const reason = messageOf(error);
    process.stdout.write(`kube-score is not available, its tests are skipped: ${reason}\n`);
  });
}

async function install(): Promise<void> {
  if (process.env['PORTSIDE_TEST_GO_INSTALL'] !== '1')
    throw new Error('building it takes minutes, and requires PORTSIDE_TEST_GO_INSTALL=1');
  if (findOnPath('go', process.env).length === 0) throw new Error('Go not found');
  await buildKubeScore();
}

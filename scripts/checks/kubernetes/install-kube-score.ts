/** Builds kube-score before `npm test`: the first build takes a minute or more, which may be longer than the timeout of a test file. */

import { findOnPath } from '../../setup/command.mjs';
import { buildKubeScore } from '../cluster/build/programs.ts';

try {
  if (findOnPath('go', process.env).length === 0) throw new Error('Go not found');
  await buildKubeScore();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stdout.write(`kube-score is not available, its tests are skipped: ${reason}\n`);
}

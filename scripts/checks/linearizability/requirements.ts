import { platform } from 'node:os';
import { findOnPath } from '../../setup/command.mjs';
import { systemPath } from '../namespace.ts';

/** The test cannot run on this machine, for the reason in the message. Not a test failure. */
export class UnsupportedEnvironment extends Error {
  override readonly name = 'UnsupportedEnvironment';
}

/** @throws UnsupportedEnvironment if the test needs something that this machine does not have. */
export function findObstacle(env: NodeJS.ProcessEnv = { PATH: systemPath }): void {
  if (platform() !== 'linux') throw new UnsupportedEnvironment('network namespaces need Linux');
  if (process.getuid?.() !== 0) throw new UnsupportedEnvironment('network namespaces need root');
  for (const [program, origin] of [
    ['ip', 'iproute2'],
    ['unshare', 'util-linux'],
    ['mount', 'util-linux'],
    ['go', 'Go 1.21 or newer'],
  ] as const) {
    if (findOnPath(program, env).length === 0) {
      throw new UnsupportedEnvironment(`${program} (${origin}) is not on PATH`);
    }
  }
}

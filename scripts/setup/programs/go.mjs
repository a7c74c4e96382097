/** Builds a program from source with the Go on PATH. Go verifies the source against its checksum database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';

// Go 1.21 and newer download the toolchain that a module requires; older versions fail with misleading errors.
const MINIMUM_GO_MINOR = 21;

/**
 * @param {import('./programs.mjs').Program} program
 * @param {import('./fetch-program.mjs').FetchOptions} options
 * @returns {Promise<{ path: string, source: string }>}
 */
export async function fetchFromGo({ name, goPackage, pinnedVersion }, { work, env, step }) {
  const go = { cwd: work, env: { ...env, GOBIN: work, GOFLAGS: '', GOOS: '', GOARCH: '', CGO_ENABLED: '0' } };
  const output = await runCommand('go', ['version'], go);
  const [, version, minor] = /go(1\.(\d+)\S*)/.exec(output) ?? [];
  if (Number(minor) < MINIMUM_GO_MINOR) {
    throw new Error(`go ${version} is older than 1.${MINIMUM_GO_MINOR}`);
  }
  step.update('building (takes a minute or more)');
  await runCommand('go', ['install', `${goPackage}@v${pinnedVersion}`], go);
  const path = join(work, name);
  if (!existsSync(path)) throw new Error(`go install produced no ${name}`);
  return { path, source: `go install, ${output.trim()}` };
}

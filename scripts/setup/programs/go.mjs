/** Builds a program from source with the Go on PATH; Go checks the source against its checksum database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';

// From 1.21 on, Go itself gets the newer toolchain that a module asks for; older ones fail in obscure ways.
const MINIMUM_GO_MINOR = 21;

/**
 * @param {import('./programs.mjs').Program} program
 * @param {import('./fetch-program.mjs').FetchOptions} options
 * @returns {Promise<{ path: string, source: string }>}
 */
export async function fetchFromGo({ name, goPackage, pinnedVersion }, { work, env, step }) {
  const go = { cwd: work, env: { ...env, GOBIN: work, GOFLAGS: '', GOOS: '', GOARCH: '', CGO_ENABLED: '0' } };
  const answer = await runCommand('go', ['version'], go);
  const [, version, minor] = /go(1\.(\d+)\S*)/.exec(answer) ?? [];
  if (Number(minor) < MINIMUM_GO_MINOR) {
    throw new Error(`go ${version} is older than 1.${MINIMUM_GO_MINOR}`);
  }
  step.update('building, this takes a minute or more');
  await runCommand('go', ['install', `${goPackage}@v${pinnedVersion}`], go);
  const path = join(work, name);
  if (!existsSync(path)) throw new Error(`go install left no ${name}`);
  return { path, source: `go install, ${answer.trim()}` };
}

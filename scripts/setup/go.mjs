/** Builds nats-server from source with the Go on PATH; Go checks the source against its checksum database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { PINNED_VERSION } from './nats-server-version.mjs';

// From 1.21 on, Go itself gets the newer toolchain that a module asks for; older ones fail in obscure ways.
const MINIMUM_GO_MINOR = 21;

/** @type {import('./nats-server.mjs').Fetch} */
export async function fetchFromGo({ work, env, step }) {
  const go = { cwd: work, env: { ...env, GOBIN: work, GOFLAGS: '', GOOS: '', GOARCH: '', CGO_ENABLED: '0' } };
  const answer = await runCommand('go', ['version'], go);
  const [, version, minor] = /go(1\.(\d+)\S*)/.exec(answer) ?? [];
  if (Number(minor) < MINIMUM_GO_MINOR) {
    throw new Error(`go ${version} is older than 1.${MINIMUM_GO_MINOR}`);
  }
  step.update('building, this takes a minute or more');
  await runCommand('go', ['install', `github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`], go);
  const path = join(work, 'nats-server');
  if (!existsSync(path)) throw new Error('go install left no nats-server');
  return { path, source: `go install, ${answer.trim()}` };
}

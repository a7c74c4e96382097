/** Downloads nats-server from the project's release and verifies it against the published checksums. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';
import { download } from './download.mjs';
import { NATS_SERVER } from './programs.mjs';

const RELEASES_URL = 'https://github.com/nats-io/nats-server/releases/download';
/** @type {Partial<Record<NodeJS.Platform, string>>} */
const SYSTEMS = { linux: 'linux', darwin: 'darwin', freebsd: 'freebsd' };
/** @type {Partial<Record<NodeJS.Architecture, string>>} */
const PROCESSORS = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' };

/** @type {import('./fetch-program.mjs').Fetch} */
export async function fetchFromRelease({ work, env, step }) {
  const name = releaseName(process.platform, process.arch);
  const archive = `${name}.tar.gz`;
  const folder = `${env['NATS_SERVER_RELEASES_URL'] ?? RELEASES_URL}/v${NATS_SERVER.pinnedVersion}`;
  await download(`${folder}/SHA256SUMS`, join(work, 'SHA256SUMS'), { step });
  await download(`${folder}/${archive}`, join(work, archive), { step });
  verifyChecksum(work, archive);
  await runCommand('tar', ['-xzf', archive], { cwd: work, env });
  return { path: join(work, name, 'nats-server'), source: `${folder}/${archive}` };
}

/**
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.Architecture} arch
 */
export function releaseName(platform, arch) {
  const system = SYSTEMS[platform];
  const processor = PROCESSORS[arch];
  if (system === undefined || processor === undefined) {
    throw new Error(`no release available for ${platform} on ${arch}`);
  }
  return `nats-server-v${NATS_SERVER.pinnedVersion}-${system}-${processor}`;
}

/**
 * @param {string} work
 * @param {string} archive
 */
function verifyChecksum(work, archive) {
  const sums = readFileSync(join(work, 'SHA256SUMS'), 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/));
  const expected = sums.find(([, name]) => name === archive)?.[0];
  if (expected === undefined) throw new Error(`SHA256SUMS does not contain ${archive}`);
  const actual = createHash('sha256')
    .update(readFileSync(join(work, archive)))
    .digest('hex');
  if (actual !== expected) {
    throw new Error(`${archive} has the SHA-256 checksum ${actual}, expected ${expected}`);
  }
}

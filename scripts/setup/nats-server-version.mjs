/** Says which nats-server is new enough, and asks a binary for its version. */
import { runCommand } from './command.mjs';

/** The oldest nats-server that offers what Portside uses of JetStream. */
export const MINIMUM_VERSION = '2.12.0';

/** What the sources that let us choose are asked for. */
export const PINNED_VERSION = '2.15.2';

const ANSWER_MS = 10_000;

/**
 * Asks the binary. Rejects when it does not run here or is no nats-server.
 * @param {string} path
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function readVersion(path, env = process.env) {
  const answer = await runCommand(path, ['--version'], { env, timeoutMs: ANSWER_MS });
  const version = /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(answer)?.[1];
  if (version === undefined) throw new Error(`${path} --version answered "${answer.trim()}"`);
  return version;
}

/** @param {string} version */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = MINIMUM_VERSION.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

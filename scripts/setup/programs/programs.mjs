/** Says which programs the setup gets, and which of their versions will do. */
import { runCommand } from '../command.mjs';

/**
 * @typedef {object} Program
 * @property {string} name of its file, on PATH and in .tools
 * @property {string} variable the environment variable that names one to use instead of any other
 * @property {RegExp} answer what it says to --version, with the version as its group
 * @property {string} minimumVersion the oldest that offers what Portside uses
 * @property {string} pinnedVersion what the sources that let us choose are asked for
 * @property {string} goPackage
 */
/**
 * A program that is here.
 * @typedef {object} Found
 * @property {string} path
 * @property {string} version for instance "2.15.2"
 * @property {string} source where it came from, for people
 */

/** @type {Program} */
export const NATS_SERVER = {
  name: 'nats-server',
  variable: 'PORTSIDE_NATS_SERVER',
  answer: /nats-server: v(\d+\.\d+\.\d+\S*)/,
  minimumVersion: '2.12.0',
  pinnedVersion: '2.15.2',
  goPackage: 'github.com/nats-io/nats-server/v2',
};

/**
 * The `nats` command line, for tests and examples. Older ones may do; they were not tried.
 * @type {Program}
 */
export const NATS_CLI = {
  name: 'nats',
  variable: 'PORTSIDE_NATS_CLI',
  answer: /^v?(\d+\.\d+\.\d+\S*)$/m,
  minimumVersion: '0.5.0',
  pinnedVersion: '0.5.0',
  goPackage: 'github.com/nats-io/natscli/nats',
};

const ANSWER_MS = 10_000;

/**
 * Asks the binary. Rejects when it does not run here or is another program.
 * @param {Program} program
 * @param {string} path
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function readVersion(program, path, env = process.env) {
  const answer = await runCommand(path, ['--version'], { env, timeoutMs: ANSWER_MS });
  const version = program.answer.exec(answer)?.[1];
  if (version === undefined) throw new Error(`${path} --version answered "${answer.trim()}"`);
  return version;
}

/**
 * @param {Program} program
 * @param {string} version
 */
export function isNewEnough({ minimumVersion }, version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = minimumVersion.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

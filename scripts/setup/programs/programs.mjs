/** The programs that the setup installs, and their supported versions. */
import { runCommand } from '../command.mjs';

/**
 * @typedef {object} Program
 * @property {string} name file name on PATH and in .tools
 * @property {string} variable environment variable with the path of the program to use
 * @property {RegExp} versionPattern matches the output of --version; group 1 is the version
 * @property {string} minimumVersion oldest supported version
 * @property {string} pinnedVersion version to install from sources that offer a choice
 * @property {string} goPackage
 */
/**
 * An installed program.
 * @typedef {object} Found
 * @property {string} path
 * @property {string} version for example "2.15.2"
 * @property {string} source description of its origin
 */

/** @type {Program} */
export const NATS_SERVER = {
  name: 'nats-server',
  variable: 'PORTSIDE_NATS_SERVER',
  versionPattern: /nats-server: v(\d+\.\d+\.\d+\S*)/,
  minimumVersion: '2.12.0',
  pinnedVersion: '2.15.2',
  goPackage: 'github.com/nats-io/nats-server/v2',
};

/**
 * The `nats` CLI, for tests and examples. Older versions are not tested.
 * @type {Program}
 */
export const NATS_CLI = {
  name: 'nats',
  variable: 'PORTSIDE_NATS_CLI',
  versionPattern: /^v?(\d+\.\d+\.\d+\S*)$/m,
  minimumVersion: '0.5.0',
  pinnedVersion: '0.5.0',
  goPackage: 'github.com/nats-io/natscli/nats',
};

const VERSION_TIMEOUT_MS = 10_000;

/**
 * Runs the binary with --version. Rejects if it does not run or is another program.
 * @param {Program} program
 * @param {string} path
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function readVersion(program, path, env = process.env) {
  const output = await runCommand(path, ['--version'], { env, timeoutMs: VERSION_TIMEOUT_MS });
  const version = program.versionPattern.exec(output)?.[1];
  if (version === undefined) throw new Error(`${path} --version printed "${output.trim()}"`);
  return version;
}

/**
 * @param {Program} program
 * @param {string} version
 */
export function isNewEnough({ minimumVersion }, version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = minimumVersion.split('.').map(Number);
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

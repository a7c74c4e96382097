/** Finds the `nats` CLI or builds it with the Go on PATH. Without it, the tests and examples that need it are skipped. */
import { findOnPath } from '../command.mjs';
import { installProgram, FetchError } from './fetch-program.mjs';
import { findProgram } from './find-program.mjs';
import { fetchFromGo } from './go.mjs';
import { NATS_CLI } from './programs.mjs';

const { minimumVersion, pinnedVersion, goPackage, variable } = NATS_CLI;

/** Installation instructions for error messages. */
export const NATS_CLI_HINT =
  `Install Go, or install nats ${minimumVersion} or newer and add it to PATH or set ${variable} to its path ` +
  `(go install ${goPackage}@v${pinnedVersion}).`;

/**
 * Returns the nats CLI to use; see `findProgram`.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export const findNatsCli = (options) => findProgram(NATS_CLI, options);

/**
 * Finds or builds the nats CLI. Unlike nats-server, it is optional: if it is not available, prints a message and returns
 * undefined.
 * @param {import('./fetch-program.mjs').InstallOptions} options
 */
export async function installNatsCli(options) {
  const { progress, env = process.env } = options;
  try {
    // Go is the only source.
    const sources = findOnPath('go', env).length > 0 ? [/** @type {const} */ (['go', fetch])] : [];
    return await installProgram(NATS_CLI, () => sources, options);
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    const reasons = error.failures.length > 0 ? error.failures : ['Go not found'];
    progress.print(`nats CLI not available, its tests are skipped: ${reasons.join('\n')}\n${NATS_CLI_HINT}`);
    return undefined;
  }
}

/** @type {import('./fetch-program.mjs').Fetch} */
const fetch = (options) => fetchFromGo(NATS_CLI, options);

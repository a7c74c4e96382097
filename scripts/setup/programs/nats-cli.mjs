/** Finds the `nats` command line, or builds it with the Go on PATH; the tests and examples that need it do without else. */
import { findOnPath } from '../command.mjs';
import { installProgram, NotFetched } from './fetch-program.mjs';
import { findProgram } from './find-program.mjs';
import { fetchFromGo } from './go.mjs';
import { NATS_CLI } from './programs.mjs';

const { minimumVersion, pinnedVersion, goPackage, variable } = NATS_CLI;

/** What to do where there is none. */
export const NATS_CLI_HINT =
  `Install Go, or put a nats ${minimumVersion} or newer on PATH or into ${variable} ` +
  `(go install ${goPackage}@v${pinnedVersion}).`;

/**
 * The nats command line to use; see `findProgram`.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export const findNatsCli = (options) => findProgram(NATS_CLI, options);

/**
 * Finds it or builds it. Unlike the nats-server it is not needed to run anything: where it cannot be had, that is said,
 * and undefined is given.
 * @param {import('./fetch-program.mjs').InstallOptions} options
 */
export async function installNatsCli(options) {
  const { progress, env = process.env } = options;
  try {
    // Without Go there is nothing to try and nothing to wait for.
    const sources = findOnPath('go', env).length > 0 ? [/** @type {const} */ (['go', fetch])] : [];
    return await installProgram(NATS_CLI, () => sources, options);
  } catch (error) {
    if (!(error instanceof NotFetched)) throw error;
    const reasons = error.failures.length > 0 ? error.failures : ['there is no Go'];
    progress.say(`no nats command line, its tests are skipped: ${reasons.join('\n')}\n${NATS_CLI_HINT}`);
    return undefined;
  }
}

/** @type {import('./fetch-program.mjs').Fetch} */
const fetch = (options) => fetchFromGo(NATS_CLI, options);

/** Finds a nats-server that is new enough, or gets one into the checkout. */
import { fetchFromApt } from './apt.mjs';
import { installProgram, NotFetched } from './fetch-program.mjs';
import { findProgram } from './find-program.mjs';
import { fetchFromGo } from './go.mjs';
import { NATS_SERVER } from './programs.mjs';
import { fetchFromRelease } from './release.mjs';

const { minimumVersion, pinnedVersion, goPackage } = NATS_SERVER;

/**
 * The default order is this one. apt first: seconds, signed by the distribution, through the mirror that the
 * machine already uses; where there is no apt it costs nothing. Then the project's release: seconds and pinned,
 * but not reachable from every network. Go last: pinned and verified too, but minutes of work for the processor.
 * @type {Record<string, import('./fetch-program.mjs').Fetch>}
 */
const SOURCES = {
  apt: fetchFromApt,
  release: fetchFromRelease,
  go: (options) => fetchFromGo(NATS_SERVER, options),
};

/**
 * The nats-server to use; see `findProgram`.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export const findNatsServer = (options) => findProgram(NATS_SERVER, options);

/**
 * Finds a nats-server or gets one from the first source that has one. Rejects with all that was tried, and why it
 * failed, when none has.
 * @param {import('./fetch-program.mjs').InstallOptions} options
 */
export async function installNatsServer(options) {
  try {
    return await installProgram(NATS_SERVER, () => readSources(options.env ?? process.env), options);
  } catch (error) {
    if (error instanceof NotFetched) throw new Error(describeFailures(error.failures), { cause: error });
    throw error;
  }
}

/** @param {NodeJS.ProcessEnv} env */
function readSources(env) {
  const names = env['NATS_SERVER_SOURCES'] ?? Object.keys(SOURCES).join(',');
  return names.split(',').map((part) => {
    const name = part.trim();
    const fetch = SOURCES[name];
    if (fetch === undefined) {
      throw new Error(`NATS_SERVER_SOURCES names "${name}"; it knows ${Object.keys(SOURCES).join(', ')}.`);
    }
    return /** @type {const} */ ([name, fetch]);
  });
}

/** @param {readonly string[]} failures */
const describeFailures = (failures) => `No nats-server ${minimumVersion} or newer is here or could be got.

Tried:
${failures.map((failure) => `  ${failure.replaceAll('\n', '\n      ')}`).join('\n')}

Install one and run this again, for instance:
  Debian, Ubuntu  sudo apt-get install nats-server    (where "apt-cache policy nats-server" says 2.12 or newer)
  macOS           brew install nats-server
  Go              go install ${goPackage}@v${pinnedVersion}    (its folder must be on PATH)
  Docker          docker run --rm -p 4222:4222 nats:${pinnedVersion} -js    then NATS_URL=nats://127.0.0.1:4222 npm start
  others          any binary of 2.12 or newer: PORTSIDE_NATS_SERVER=/path/to/nats-server npm start`;

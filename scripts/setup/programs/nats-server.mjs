import { fetchFromApt } from './apt.mjs';
import { installProgram, FetchError } from './fetch-program.mjs';
import { findProgram } from './find-program.mjs';
import { fetchFromGo } from './go.mjs';
import { NATS_SERVER } from './programs.mjs';
import { fetchFromRelease } from './release.mjs';

const { minimumVersion, pinnedVersion, goPackage } = NATS_SERVER;

/**
 * The sources in their default order. apt takes seconds, is signed by the distribution and uses the machine's configured
 * mirror; without apt it fails immediately. The project's release takes seconds and is pinned, but is not reachable from
 * every network. Go is pinned and verified, but takes minutes of CPU time.
 * @type {Record<string, import('./fetch-program.mjs').Fetch>}
 */
const SOURCES = {
  apt: fetchFromApt,
  release: fetchFromRelease,
  go: (options) => fetchFromGo(NATS_SERVER, options),
};

/**
 * Returns the nats-server to use; see `findProgram`.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export const findNatsServer = (options) => findProgram(NATS_SERVER, options);

/**
 * Finds a nats-server, or fetches one from the first source that succeeds. If all fail, rejects with the reason for each source
 * and installation instructions.
 * @param {import('./fetch-program.mjs').InstallOptions} options
 */
export async function installNatsServer(options) {
  try {
    return await installProgram(NATS_SERVER, () => readSources(options.env ?? process.env), options);
  } catch (error) {
    if (error instanceof FetchError) throw new Error(describeFailures(error.failures), { cause: error });
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
      throw new Error(
        `NATS_SERVER_SOURCES: unknown source "${name}"; known sources: ${Object.keys(SOURCES).join(', ')}.`,
      );
    }
    return /** @type {const} */ ([name, fetch]);
  });
}

/** @param {readonly string[]} failures */
const describeFailures = (
  failures,
) => `No nats-server ${minimumVersion} or newer was found, and none could be installed.

Attempted sources:
${failures.map((failure) => `  ${failure.replaceAll('\n', '\n      ')}`).join('\n')}

Install nats-server and run this again, for example:
  Debian, Ubuntu  sudo apt-get install nats-server    (if "apt-cache policy nats-server" shows 2.12 or newer)
  macOS           brew install nats-server
  Go              go install ${goPackage}@v${pinnedVersion}    (GOBIN must be on PATH)
  Docker          docker run --rm -p 4222:4222 nats:${pinnedVersion} -js    then NATS_URL=nats://127.0.0.1:4222 npm start
  Other           any binary of 2.12 or newer: PORTSIDE_NATS_SERVER=/path/to/nats-server npm start`;

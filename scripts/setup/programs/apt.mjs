/** Gets nats-server from the distribution's newer suites, without root and without touching the system's apt. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';

/**
 * @typedef {object} Distribution
 * @property {string} codename of the running system
 * @property {readonly string[]} newerSuites by their lasting names, so that they stay newer
 * @property {string} component the part of the archive that has nats-server
 * @property {string} keyring
 */

/** @type {import('./fetch-program.mjs').Fetch} */
export async function fetchFromApt({ work, env, step }) {
  const apt = { cwd: work, env: { ...env, LC_ALL: 'C' } };
  const distribution = readDistribution();
  const mirror = await findMirror(distribution, apt);
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  /** @type {unknown} */
  let failure;
  for (const suite of distribution.newerSuites) {
    const config = writeConfig(work, { ...distribution, mirror, suite });
    try {
      step.update(`reading the package list of ${suite}`);
      await runCommand('apt-get', ['-c', config, 'update'], apt);
      step.update('downloading');
      await runCommand('apt-get', ['-c', config, 'download', 'nats-server'], apt);
      return await unpack(work, suite, apt);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/**
 * @param {string} [osRelease]
 * @returns {Distribution}
 */
export function readDistribution(osRelease = '/etc/os-release') {
  const text = existsSync(osRelease) ? readFileSync(osRelease, 'utf8') : '';
  /** @param {string} name */
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1];
  const keyring = (/** @type {string} */ name) => `/usr/share/keyrings/${name}-archive-keyring.gpg`;
  const ubuntu = field('UBUNTU_CODENAME');
  const debian = field('ID') === 'debian' ? field('VERSION_CODENAME') : undefined;
  if (ubuntu) {
    return { codename: ubuntu, newerSuites: ['devel'], component: 'universe', keyring: keyring('ubuntu') };
  }
  if (debian) {
    const newerSuites = ['testing', 'unstable'];
    return { codename: debian, newerSuites, component: 'main', keyring: keyring('debian') };
  }
  throw new Error('this system is neither Debian nor Ubuntu');
}

/**
 * Asks apt which mirror this machine is set up for. `update --print-uris` changes nothing and needs neither root
 * nor package lists, unlike `indextargets`, which is silent until a first update.
 * @param {Distribution} distribution
 * @param {import('../command.mjs').CommandOptions} apt
 */
export async function findMirror({ codename, newerSuites }, apt) {
  const uris = await runCommand('apt-get', ['update', '--print-uris'], apt);
  const archives = [...uris.matchAll(/^'([^']+)\/dists\/([^']+)\/InRelease'/gm)].map(
    ([, address = '', suite = '']) => ({ address, suite }),
  );
  const own = archives.filter(({ suite }) => [codename, 'stable', 'sid', ...newerSuites].includes(suite));
  // Other vendors' archives also name their suites after the distribution's, but only the distribution has updates.
  const hasUpdates = ({ address = '' }) =>
    archives.some((other) => other.address === address && other.suite.endsWith('-updates'));
  const mirror = own.find(hasUpdates) ?? own[0];
  if (mirror === undefined) throw new Error(`apt's sources name no archive with the suite ${codename}`);
  return mirror.address;
}

/**
 * Read after the system's own configuration, so proxies and credentials stay; everything that would touch the
 * system (hooks, lists, caches) or weaken the checks is replaced.
 * @param {string} work
 * @param {{ mirror: string, suite: string, component: string, keyring: string }} archive
 */
function writeConfig(work, { mirror, suite, component, keyring }) {
  const sources = join(work, 'archive.sources');
  writeFileSync(
    sources,
    `Types: deb
URIs: ${mirror}
Suites: ${suite}
Components: ${component}
Targets: Packages
${existsSync(keyring) ? `Signed-By: ${keyring}\n` : ''}`,
  );
  const config = join(work, 'apt.conf');
  writeFileSync(
    config,
    `#clear APT::Update;
APT::Update::Error-Mode "any";
Dir::Etc::SourceList "${sources}";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "${join(work, 'lists')}";
Dir::State::Status "/dev/null";
Dir::Cache "${join(work, 'cache')}";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`,
  );
  return config;
}

/**
 * @param {string} work
 * @param {string} suite
 * @param {import('../command.mjs').CommandOptions} options
 */
async function unpack(work, suite, options) {
  const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download left no package');
  await runCommand('dpkg', ['-x', archive, 'unpacked'], options);
  const places = ['usr/sbin', 'usr/bin'].map((folder) => join(work, 'unpacked', folder, 'nats-server'));
  const path = places.find((place) => existsSync(place));
  if (path === undefined) throw new Error(`${archive} holds no nats-server`);
  return { path, source: `apt, suite ${suite}, ${archive}` };
}

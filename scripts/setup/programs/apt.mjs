/** Downloads nats-server from the distribution's newer suites, without root and without changing the system's apt state. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';

/**
 * @typedef {object} Distribution
 * @property {string} codename of the running system
 * @property {readonly string[]} newerSuites suite names that do not change with releases
 * @property {string} component archive component that contains nats-server
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
 * Returns the mirror that apt is configured with. `update --print-uris` changes nothing and needs neither root nor package
 * lists. `indextargets` prints nothing before the first update.
 * @param {Distribution} distribution
 * @param {import('../command.mjs').CommandOptions} apt
 */
export async function findMirror({ codename, newerSuites }, apt) {
  const uris = await runCommand('apt-get', ['update', '--print-uris'], apt);
  const archives = [...uris.matchAll(/^'([^']+)\/dists\/([^']+)\/InRelease'/gm)].map(
    ([, address = '', suite = '']) => ({ address, suite }),
  );
  const own = archives.filter(({ suite }) => [codename, 'stable', 'sid', ...newerSuites].includes(suite));
  // Other vendors' archives use the same suite names, but only the distribution's archive has an updates suite.
  const hasUpdates = ({ address = '' }) =>
    archives.some((other) => other.address === address && other.suite.endsWith('-updates'));
  const mirror = own.find(hasUpdates) ?? own[0];
  if (mirror === undefined) throw new Error(`apt's sources contain no archive with the suite ${codename}`);
  return mirror.address;
}

/**
 * Writes an apt configuration that is read after the system's own, so its proxies and credentials remain in effect. It replaces
 * all settings that would change the system (hooks, lists, caches) or weaken the signature checks.
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
  if (archive === undefined) throw new Error('apt-get download produced no package');
  await runCommand('dpkg', ['-x', archive, 'unpacked'], options);
  const candidates = ['usr/sbin', 'usr/bin'].map((folder) => join(work, 'unpacked', folder, 'nats-server'));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${archive} contains no nats-server`);
  return { path, source: `apt, suite ${suite}, ${archive}` };
}

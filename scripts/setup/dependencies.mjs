/** Keeps node_modules in sync with package-lock.json. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './command.mjs';
import { withLock } from './lock.mjs';
import { ROOT } from './root.mjs';

// No package needs its install script (that of esbuild only checks its binary). `npm start` needs development dependencies
// such as tsx, even if NODE_ENV is production.
const NPM_ARGS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'];

/**
 * Installs the npm dependencies unless they are up to date.
 * @param {{ progress: import('./progress.mjs').Progress, root?: string, title?: string, env?: NodeJS.ProcessEnv }} options
 */
export async function installDependencies({
  progress,
  root = ROOT,
  title = 'npm dependencies',
  env = process.env,
}) {
  if (areInstalled(root)) return;
  await withLock(root, {
    progress,
    work: async () => {
      if (areInstalled(root)) return;
      const step = progress.begin(title);
      try {
        await runNpm(NPM_ARGS, { cwd: root, env });
      } catch (error) {
        step.end('failed');
        throw error;
      }
      mkdirSync(dirname(markerFile(root)), { recursive: true });
      writeFileSync(markerFile(root), fingerprint(root));
      step.end('installed');
    },
  });
}

/**
 * The marker is written only after a complete install, and `npm ci` removes it first, so an interrupted install is detected.
 * Without a marker (npm was run manually), npm's own record decides.
 * @param {string} root
 */
function areInstalled(root) {
  const marker = readText(markerFile(root));
  return marker === undefined ? matchesNpmRecord(root) : marker === fingerprint(root);
}

/** @param {string} root */
const markerFile = (root) => join(root, 'node_modules', '.portside-setup');

/** @param {string} root */
function fingerprint(root) {
  const { dependencies, devDependencies } = readJson(join(root, 'package.json'));
  const node = process.versions.node.split('.')[0];
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify({ dependencies, devDependencies, node, os: process.platform, cpu: process.arch }))
    .digest('hex');
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[] }} Package
 */

/**
 * Returns true if npm's record of its last complete install matches package-lock.json and this platform.
 * @param {string} root
 */
function matchesNpmRecord(root) {
  const recordFile = join(root, 'node_modules', '.package-lock.json');
  if (readText(recordFile) === undefined) return false;
  /** @type {Record<string, Package>} */
  const installed = readJson(recordFile).packages;
  /** @type {Record<string, Package>} */
  const { '': manifest, ...locked } = readJson(join(root, 'package-lock.json')).packages;
  const { dependencies, devDependencies } = readJson(join(root, 'package.json'));
  const isOutdated = Object.entries({ dependencies, devDependencies }).some(
    ([kind, value]) => JSON.stringify(value) !== JSON.stringify({ ...manifest }[kind]),
  );
  return (
    !isOutdated &&
    Object.entries(locked).every(([path, { version, integrity, optional }]) => {
      const found = installed[path];
      return found ? found.version === version && found.integrity === integrity : optional === true;
    }) &&
    Object.values(installed).every(
      ({ os, cpu }) => os?.includes(process.platform) !== false && cpu?.includes(process.arch) !== false,
    )
  );
}

/**
 * Runs npm. Prefers the npm that runs this script: PATH may contain another one, and on Windows npm is not an executable.
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions & { env: NodeJS.ProcessEnv }} options
 */
export function runNpm(args, options) {
  const npm = options.env['npm_execpath'];
  return npm !== undefined && basename(npm) === 'npm-cli.js'
    ? runCommand(process.execPath, [npm, ...args], options)
    : runCommand('npm', args, options);
}

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

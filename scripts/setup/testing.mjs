/** Temporary checkouts, fake programs and a recording progress for the tests of the setup. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath } from './command.mjs';

const SCRIPTS = fileURLToPath(new URL('..', import.meta.url));

const FOLDERS = mkdtempSync(join(tmpdir(), 'portside-setup-'));
chmodSync(FOLDERS, 0o755);
process.once('exit', () => rmSync(FOLDERS, { recursive: true, force: true }));

/** Creates a temporary folder that is removed when the process exits. */
export const createFolder = () => mkdtempSync(join(FOLDERS, 'folder-'));

/**
 * Creates an empty checkout, and an environment whose PATH contains only the named programs of this machine. An installed
 * nats-server, Go or apt therefore does not affect the tests.
 * @param {{ tools?: readonly string[] }} [options]
 */
export function createCheckout({ tools = [] } = {}) {
  const root = createFolder();
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const tool of tools) {
    const [path] = findOnPath(tool, process.env);
    if (path !== undefined) symlinkSync(path, join(bin, tool));
  }
  return { root, bin, env: { HOME: root, PATH: bin } };
}

/** Returns the names of all programs on PATH except those that the setup installs. */
export function listTools() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => existsSync(folder));
  return [...new Set(folders.flatMap((folder) => readdirSync(folder)))].filter(
    (name) => name !== 'nats-server' && name !== 'nats',
  );
}

/**
 * Writes an executable shell script.
 * @param {string} path
 * @param {string} body
 */
export function writeProgram(path, body) {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/**
 * Writes a program with the `--version` output of nats-server.
 * @param {string} path
 * @param {string} version
 */
export const writeNatsServer = (path, version) => writeProgram(path, `echo "nats-server: v${version}"`);

/**
 * Adds the real setup scripts to a checkout in which, as in a fresh clone, nothing is installed. They need no npm packages.
 * @param {{ root: string }} checkout
 */
export function addScripts({ root }) {
  const isTest = (/** @type {string} */ path) => basename(path).endsWith('.test.ts');
  cpSync(SCRIPTS, join(root, 'scripts'), { recursive: true, filter: (path) => !isTest(path) });
  const testTools = join(root, 'conformance', 'asyncapi');
  mkdirSync(testTools, { recursive: true });
  for (const folder of [root, testTools]) writePackage(folder);
  return join(root, 'scripts', 'setup', 'setup.mjs');
}

/** @param {string} folder */
function writePackage(folder) {
  const named = { name: 'clone', version: '1.0.0' };
  const lock = { ...named, lockfileVersion: 3, packages: { '': named } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(named));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

/** Creates a progress that records all lines. */
export function recordProgress() {
  /** @type {string[]} */
  const lines = [];
  /** @type {import('./progress.mjs').Progress} */
  const progress = {
    print: (line) => lines.push(line),
    begin: (label) => ({
      update: (detail) => lines.push(`${label}: ${detail}`),
      end: (result) => lines.push(`${label}: ${result}`),
    }),
  };
  return { progress, lines };
}

/**
 * @param {() => Promise<unknown>} attempt
 * @returns {Promise<string>} the message that it rejects with
 */
export async function readRejection(attempt) {
  try {
    await attempt();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it did not reject');
}

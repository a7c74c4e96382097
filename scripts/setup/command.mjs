/** Runs the system's own tools and keeps what they said, because their words explain a failure. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// npm gives its reason first and a page of usage after it; other tools give theirs last.
const FIRST_LINES = 15;
const LAST_LINES = 25;

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] the command is killed after this; default 15 minutes
 * @property {AbortSignal} [signal] ends the command
 * @property {number} [uid] who it runs as; this process has to be root
 * @property {number} [gid]
 */

/**
 * Runs a command to its end. Rejects, with what the command said, when it is missing, fails or takes too long.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>} all that it printed
 */
export function runCommand(command, args, options = {}) {
  const { env = process.env, timeoutMs = 15 * 60_000, signal, ...others } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...others,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    const end = () => child.kill();
    process.once('exit', end);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    let output = '';
    const keep = (/** @type {string} */ text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    /** @param {string | undefined} failure */
    const settle = (failure) => {
      clearTimeout(timer);
      process.off('exit', end);
      if (failure === undefined) resolve(output);
      else reject(new Error([failure, ...excerptLines(output)].join('\n')));
    };
    child.once('error', (error) =>
      settle('code' in error && error.code === 'ENOENT' ? `${command} was not found` : error.message),
    );
    child.once('close', (code, signal) => {
      const called = [command, ...args].join(' ');
      if (timedOut) settle(`${called} took longer than ${timeoutMs / 1000} s`);
      else settle(code === 0 ? undefined : `${called} ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}

/** @param {string} output */
function excerptLines(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return lines.length <= FIRST_LINES + LAST_LINES
    ? lines
    : [...lines.slice(0, FIRST_LINES), '…', ...lines.slice(-LAST_LINES)];
}

/**
 * Every executable file of that name on PATH, in PATH's order.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export function findOnPath(name, env) {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...new Set(folders)].map((folder) => join(folder, file)).filter(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

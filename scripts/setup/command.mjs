/** Runs system commands and includes their output in error messages. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// npm prints the error first, followed by usage; other tools print it last.
const FIRST_LINES = 15;
const LAST_LINES = 25;

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] time until the command is killed; default 15 minutes
 * @property {AbortSignal} [signal] terminates the command
 * @property {number} [uid] user id of the command; requires that this process runs as root
 * @property {number} [gid]
 */

/**
 * Runs a command. Rejects if it is not found, fails or times out; the message contains an excerpt of its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>} its stdout and stderr
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
    const terminate = () => child.kill();
    process.once('exit', terminate);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    let output = '';
    const append = (/** @type {string} */ text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', append);
    child.stderr.setEncoding('utf8').on('data', append);
    /** @param {string | undefined} failure */
    const settle = (failure) => {
      clearTimeout(timer);
      process.off('exit', terminate);
      if (failure === undefined) resolve(output);
      else reject(new Error([failure, ...excerptLines(output)].join('\n')));
    };
    child.once('error', (error) =>
      settle('code' in error && error.code === 'ENOENT' ? `${command} was not found` : error.message),
    );
    child.once('close', (code, signal) => {
      const commandLine = [command, ...args].join(' ');
      if (timedOut) settle(`${commandLine} timed out after ${timeoutMs / 1000} s`);
      else settle(code === 0 ? undefined : `${commandLine} ended with ${signal ?? `exit code ${code}`}`);
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
 * Returns the executable files with this name on PATH, in the order of PATH.
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

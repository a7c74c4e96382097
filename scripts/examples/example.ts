/** Installs the dependencies of an example and runs it: `npm run example:python`, `example:go`, `example:shell`. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { findNatsCli, NATS_CLI_HINT } from '../setup/programs/nats-cli.mjs';
import { ROOT, toolsFolder } from '../setup/root.mjs';

const folder = join(ROOT, 'examples', 'follow');
const tools = toolsFolder(ROOT);

type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Prepares each example and returns the command that starts it. @throws Error that names the missing program. */
const examples: Readonly<Record<string, () => Promise<Program>>> = {
  async python() {
    const [python] = findOnPath('python3', process.env);
    if (python === undefined) throw new Error('python3 not found on PATH; Python 3.9 or newer is required');
    const requirements = join(folder, 'requirements.txt');
    const venv = join(tools, 'python');
    const marker = join(venv, 'requirements.sha256');
    const expected = createHash('sha256').update(readFileSync(requirements)).digest('hex');
    if (!existsSync(marker) || readFileSync(marker, 'utf8') !== expected) {
      process.stderr.write('installing nats-py into .tools/python …\n');
      rmSync(venv, { recursive: true, force: true });
      await runCommand(python, ['-m', 'venv', venv]);
      const install = ['install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
      await runCommand(join(venv, 'bin', 'pip'), [...install, '--only-binary', ':all:', '-r', requirements]);
      writeFileSync(marker, expected);
    }
    return { command: join(venv, 'bin', 'python'), args: [join(folder, 'follow.py')] };
  },

  async go() {
    if (findOnPath('go', process.env).length === 0) {
      throw new Error('go not found on PATH; Go 1.21 or newer is required');
    }
    // Not `go run`: it neither forwards signals to the example nor returns its exit code.
    const command = join(tools, 'example-go');
    await runCommand('go', ['build', '-o', command, '.'], { cwd: join(folder, 'go') });
    return { command, args: [] };
  },

  async shell() {
    if (findOnPath('bash', process.env).length === 0) throw new Error('bash not found on PATH');
    const cli = await findNatsCli();
    if (cli === undefined) throw new Error(`nats CLI not found. ${NATS_CLI_HINT}`);
    return { command: 'bash', args: [join(folder, 'follow.sh')], env: { NATS: cli.path } };
  },
};

/** Runs the program on the same terminal, with the same signals, and exits with its exit code. */
function run({ command, args, env }: Program, extraArgs: readonly string[]): void {
  const child = spawn(command, [...args, ...extraArgs], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the whole process group. The example exits, and then this process.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => {
    process.stderr.write(`cannot start ${command}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}

const [name = '', ...args] = process.argv.slice(2);
const example = examples[name];
if (example === undefined) {
  process.stderr.write(`Unknown example "${name}". Examples: ${Object.keys(examples).join(', ')}.\n`);
  process.exitCode = 2;
} else {
  mkdirSync(tools, { recursive: true });
  try {
    run(await example(), args);
  } catch (error) {
    process.stderr.write(`example:${name}: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

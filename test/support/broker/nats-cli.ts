/** Runs the `nats` command line in a shell. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNatsCli, NATS_CLI_HINT } from '../../../scripts/setup/programs/nats-cli.mjs';
import { eventually } from '../eventually.ts';

export type CommandResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A long-running command, such as `nats sub …`. */
export type RunningCommand = {
  /** Output so far: standard output and standard error, interleaved. */
  output(): string;
  /** Waits until the output matches. */
  awaitOutput(pattern: RegExp): Promise<void>;
  /** Resolves when the command exits. */
  readonly ended: Promise<CommandResult>;
  /** Sends SIGINT, as Ctrl-C does, and waits for the command to exit. */
  interrupt(): Promise<CommandResult>;
};

export type NatsCli = {
  /** False if the CLI is not installed: a notice has been printed, and the tests that need it are skipped. */
  readonly isInstalled: boolean;
  /** For instance `0.5.0`; empty if the CLI is not installed. */
  readonly version: string;
  /** Runs a shell command in the checkout, with `nats` on the PATH and NATS_URL set to the broker. */
  run(line: string): Promise<CommandResult>;
  /** Starts a shell command without waiting for it to exit. */
  start(line: string): RunningCommand;
};

/** Timeout of a command, in ms. A command that runs longer is killed. */
const timeoutMs = 60_000;

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

/** @param natsUrl the broker that commands connect to. */
export async function openNatsCli(natsUrl: string): Promise<NatsCli> {
  const found = await findNatsCli();
  if (found === undefined) {
    process.stdout.write(`skipped: the nats command line is not installed. ${NATS_CLI_HINT}\n`);
  }
  // A separate home directory, so that the contexts saved by the user are ignored.
  const home = mkdtempSync(join(tmpdir(), 'portside-nats-cli-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  if (found !== undefined) symlinkSync(found.path, join(home, 'nats'));
  const env = {
    ...process.env,
    PATH: [home, process.env['PATH']].join(delimiter),
    HOME: home,
    XDG_CONFIG_HOME: home,
    NATS_URL: natsUrl,
    TZ: 'UTC',
  };

  function start(line: string): RunningCommand {
    // A separate process group, so that a signal also reaches the children of the shell.
    const child = spawn('sh', ['-c', line], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      output += text;
    });
    const signalGroup = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // The process group no longer exists.
      }
    };
    const timer = setTimeout(() => signalGroup('SIGKILL'), timeoutMs);
    const kill = () => signalGroup('SIGKILL');
    process.once('exit', kill);
    const ended = once(child, 'close').then(() => {
      clearTimeout(timer);
      process.off('exit', kill);
      return { code: child.exitCode, stdout, stderr };
    });
    return {
      output: () => output,
      awaitOutput: (pattern) =>
        eventually(() => {
          if (!pattern.test(output))
            throw new Error(`the output of ${line} does not match ${String(pattern)}:\n${output}`);
        }, timeoutMs),
      ended,
      interrupt() {
        signalGroup('SIGINT');
        return ended;
      },
    };
  }

  return {
    isInstalled: found !== undefined,
    version: found?.version ?? '',
    start,
    run: (line) => start(line).ended,
  };
}

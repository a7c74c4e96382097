/** The real `nats` command line, used as a person types it into a shell. */

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

/** A command that goes on: `nats sub …`. */
export type RunningCommand = {
  /** What it has printed so far, on standard output and standard error. */
  output(): string;
  /** Waits until it has printed something that matches. */
  awaitOutput(pattern: RegExp): Promise<void>;
  /** Resolves when it ends by itself. */
  readonly ended: Promise<CommandResult>;
  /** Ends it as Ctrl-C does, and waits. */
  interrupt(): Promise<CommandResult>;
};

export type NatsCli = {
  /** False where there is none: the tests that need it are to be skipped; it was said aloud why. */
  readonly isInstalled: boolean;
  /** For instance `0.5.0`; empty where there is none. */
  readonly version: string;
  /** Runs a line of shell in the checkout, in which `nats` is the CLI, and NATS_URL names the broker. */
  run(line: string): Promise<CommandResult>;
  /** Starts such a line, and does not wait for its end. */
  start(line: string): RunningCommand;
};

/** Milliseconds after which a command that should have ended is killed: then its test fails. */
const timeoutMs = 60_000;

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

/** @param natsUrl the broker that every command speaks to. */
export async function openNatsCli(natsUrl: string): Promise<NatsCli> {
  const found = await findNatsCli();
  if (found === undefined) {
    process.stdout.write(`skipped: the real nats command line, there is none. ${NATS_CLI_HINT}\n`);
  }
  // A home of its own: the contexts that somebody has saved play no part.
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
    // A group of its own, so that a signal reaches whatever the shell has started.
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
        // All of the group have ended.
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
            throw new Error(`${line} has not printed ${String(pattern)}:\n${output}`);
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

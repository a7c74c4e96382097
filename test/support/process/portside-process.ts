/** `npm start` as a process, with all that it starts, on free ports and in a data folder of the test's own. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findMarkedProcesses, type MarkedProcess } from './marked-processes.ts';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

export type PortsideOptions = {
  readonly dataDir: string;
  /** More environment variables; they win over the free ports. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** A process group of its own, as a terminal makes one: a signal to `-pid` then reaches all of it, like Ctrl-C. */
  readonly ownGroup?: boolean;
};

/** Where things answer, read from what is printed for people. */
export type Addresses = {
  readonly laptops: string;
  readonly ports: string;
  readonly nats: string;
  readonly probes: readonly string[];
};

export type Portside = {
  /** The launcher's process id. */
  readonly pid: number;
  /** All that it wrote so far, on standard output and standard error. */
  output(): string;
  /** Resolves when it says that it is up; rejects with its output when it ends before. */
  readonly up: Promise<Addresses>;
  /** Resolves with the exit code and the signal once it has ended and everybody closed its output. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** The launcher, the services, the broker and whatever else they started, as long as they live. */
  processes(): MarkedProcess[];
};

const script = fileURLToPath(new URL('../../../scripts/start/start.ts', import.meta.url));

export function startPortside({ dataDir, env = {}, args = [], ownGroup = false }: PortsideOptions): Portside {
  const mark = randomUUID();
  const child = spawn(process.execPath, [...typescriptArgs, script, ...args], {
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NATS_URL: '',
      NATS_PORT: '0',
      NATS_MONITOR_PORT: '0',
      LAPTOPS_HTTP_PORT: '0',
      LAPTOPS_PROBE_PORT: '0',
      PORTS_HTTP_PORT: '0',
      PORTS_PROBE_PORT: '0',
      DATA_DIR: dataDir,
      ...env,
      PORTSIDE_TEST_MARK: mark,
    },
  });
  let output = '';
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const up = new Promise<Addresses>((resolve, reject) => {
    const read = (chunk: string) => {
      output += chunk;
      const addresses = readAddresses(output);
      if (addresses !== undefined) resolve(addresses);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void ended.then(() => reject(new Error(`it ended before it was up:\n${output}`)));
  });
  // Whoever starts it to see it fail never asks.
  up.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    up,
    ended,
    processes: () => findMarkedProcesses(`PORTSIDE_TEST_MARK=${mark}`),
  };
}

function readAddresses(output: string): Addresses | undefined {
  // The commands to try come last.
  if (!/ sub .*\n/.test(output)) return undefined;
  const read = (label: string) => new RegExp(`^ +${label} +(\\S+)`, 'm').exec(output)?.[1] ?? '';
  return {
    laptops: read('laptops'),
    ports: read('ports'),
    nats: read('NATS'),
    probes: Array.from(output.matchAll(/probes (\S+)/g), ([, probe]) => probe ?? ''),
  };
}

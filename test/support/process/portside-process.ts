/** Runs `npm start` as a process, on free ports and with its own data folder. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findMarkedProcesses, type MarkedProcess } from './marked-processes.ts';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

export type PortsideOptions = {
  readonly dataDir: string;
  /** Additional environment variables. They override the free ports. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Starts a new process group, as a shell does: a signal to `-pid` reaches every process in it, like Ctrl-C. */
  readonly ownGroup?: boolean;
};

/** Addresses parsed from the printed output. */
export type Addresses = {
  readonly laptops: string;
  readonly ports: string;
  readonly nats: string;
  readonly probes: readonly string[];
};

export type Portside = {
  /** Process id of the launcher. */
  readonly pid: number;
  /** Output so far: standard output and standard error. */
  output(): string;
  /** Resolves when it has printed its addresses. Rejects with its output if it exits first. */
  readonly up: Promise<Addresses>;
  /** Resolves when it has exited and every process that inherited its output has closed it. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Running processes: the launcher, the services, the broker and their children. */
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
    void ended.then(() => reject(new Error(`npm start exited before it was up:\n${output}`)));
  });
  // A test of a failing start does not await `up`; this prevents an unhandled rejection.
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
  // The sample commands are printed last.
  if (!/ sub .*\n/.test(output)) return undefined;
  const read = (label: string) => new RegExp(`^ +${label} +(\\S+)`, 'm').exec(output)?.[1] ?? '';
  return {
    laptops: read('laptops'),
    ports: read('ports'),
    nats: read('NATS'),
    probes: Array.from(output.matchAll(/probes (\S+)/g), ([, probe]) => probe ?? ''),
  };
}

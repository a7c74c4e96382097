/** One structured log a process: JSON lines on standard output. */

import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';

export type Log = Logger;

export function createLog(service: string, level: Config['logLevel']): Log {
  return pino({
    level,
    base: { service, replica: replicaName() },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** What tells this replica from its siblings: the pod's name, and the process on a machine that runs several. */
export function replicaName(): string {
  return `${hostname()}-${process.pid}`;
}

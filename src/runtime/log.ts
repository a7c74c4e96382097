/** One structured log a process: JSON lines on standard output. */

import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import type { Answer } from '../http/app.ts';
import type { EndpointAnswer } from '../nats/endpoints.ts';
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

/** One line an answer: an error for a bug, a warning for who is sent away because of us, else for debugging. */
export function logAnswer(log: Log, answered: Answer | EndpointAnswer): void {
  const { problem } = answered;
  // Most answers, and where nobody debugs they cost nothing.
  if (problem === undefined && !log.isLevelEnabled('debug')) return;
  const answer = { ...answered, problem: problem?.code, reason: problem?.message };
  if (problem?.code === 'internal') log.error({ ...answer, err: problem.cause }, 'a request failed');
  else if (problem?.code === 'unavailable') log.warn({ ...answer, err: problem.cause }, 'sent away');
  else log.debug(answer, 'answered');
}

/** What tells this replica from its siblings: the pod's name, and the process on a machine that runs several. */
export function replicaName(): string {
  return `${hostname()}-${process.pid}`;
}

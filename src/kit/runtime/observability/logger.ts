import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import type { Answer } from '../../http/server/app.ts';
import type { EndpointAnswer } from '../../nats/services/endpoints.ts';
import type { Config } from '../config/config.ts';

export type { Logger };

/** The log of the process: JSON lines on standard output. */
export function createLogger(service: string, level: Config['logLevel']): Logger {
  return pino({
    level,
    base: { service, replica: replicaName() },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** Logs a response: `error` for a bug, `warn` when the service is unavailable, otherwise `debug`. */
export function logAnswer(logger: Logger, answered: Answer | EndpointAnswer): void {
  const { problem } = answered;
  // Most responses. Without debug logging they cost nothing.
  if (problem === undefined && !logger.isLevelEnabled('debug')) return;
  const answer = { ...answered, problem: problem?.code, reason: problem?.message };
  if (problem?.code === 'internal') logger.error({ ...answer, err: problem.cause }, 'request failed');
  else if (problem?.code === 'unavailable')
    logger.warn({ ...answer, err: problem.cause }, 'request rejected: unavailable');
  else logger.debug(answer, 'request handled');
}

/** Identifies this replica: the host name (the pod in Kubernetes) and the process id. */
export function replicaName(): string {
  return `${hostname()}-${process.pid}`;
}

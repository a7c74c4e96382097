import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import type { HandledRequest } from '../../http/server/request-lifecycle.ts';
import type { HandledNatsRequest } from '../../nats/services/endpoints.ts';
import type { Config } from '../config/config.ts';

export type { Logger };

/** Creates the logger of the process, which writes JSON lines to standard output. */
export function createLogger(service: string, level: Config['logLevel']): Logger {
  // Asynchronous writes are flushed when the process exits, which never ends if nothing reads standard output any more.
  const destination = pino.destination({ dest: 1, sync: true });
  destination.on('error', () => undefined);
  return pino(
    {
      level,
      base: { service, replica: replicaName() },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** Logs a handled request: `error` for an internal error, `warn` if the service is unavailable, otherwise `debug`. */
export function logRequest(logger: Logger, handled: HandledRequest | HandledNatsRequest): void {
  const { problem } = handled;
  // Avoids the cost of logging for most requests.
  if (problem === undefined && !logger.isLevelEnabled('debug')) return;
  const fields = { ...handled, problem: problem?.code, reason: problem?.message };
  if (problem?.code === 'internal') logger.error({ ...fields, err: problem.cause }, 'request failed');
  else if (problem?.code === 'unavailable')
    logger.warn({ ...fields, err: problem.cause }, 'request rejected: unavailable');
  else logger.debug(fields, 'request handled');
}

/** Returns an identifier of this replica: the host name (in Kubernetes, the pod name) and the process id. */
export function replicaName(): string {
  return `${hostname()}-${process.pid}`;
}

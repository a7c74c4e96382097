import { execute } from '../../eventlog/execute.ts';
import type { Entity } from '../../domain/entity.ts';
import { matchesStrongly, readCondition } from '../protocol/conditional.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';
import type { RouteContext } from './route-context.ts';

/**
 * Executes a command with the idempotency key and precondition from the request headers.
 *
 * @param id undefined: a new entity.
 * @throws Problem as `execute` does.
 */
export function executeCommand(
  { transactor, sources }: Pick<RouteContext, 'transactor' | 'sources'>,
  headers: RequestHeaders,
  id: number | undefined,
  command: unknown,
): Promise<Entity<unknown>> {
  const condition = readCondition(headers['If-Match']);
  const { initial } = transactor.decider;
  return execute(transactor, sources, {
    id,
    command,
    messageId: unquote(headers['Idempotency-Key']),
    traceparent: headers.traceparent,
    precondition:
      condition && (({ state, version }) => matchesStrongly(condition, state !== initial, version)),
  });
}

function unquote(key: string | undefined): string | undefined {
  return key?.startsWith('"') ? key.slice(1, -1) : key;
}

/** A command as HTTP sends it: its idempotency key and its condition stand in headers. */

import type { DomainEvent } from '../core/decider.ts';
import { execute } from '../core/execute.ts';
import type { Entity } from '../core/view.ts';
import { matchesStrongly, readCondition } from './conditional.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { RouteContext } from './route-context.ts';

/** @param id undefined: a new entity. @throws Problem as `execute` does. */
export function carryOut<State, Command, Event extends DomainEvent>(
  { transactor, sources }: Pick<RouteContext<State, Command, Event>, 'transactor' | 'sources'>,
  headers: RequestHeaders,
  id: number | undefined,
  command: Command,
): Promise<Entity<State>> {
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

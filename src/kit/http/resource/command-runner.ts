/** Executes the commands of requests, with the idempotency key and the preconditions in their headers. */

import type { Context } from 'koa';
import type { Entity } from '../../domain/entity.ts';
import { Problem } from '../../domain/problem.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import { execute, type CommandRequest } from '../../eventlog/execute.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { findFailure, readPreconditions, type Target } from '../protocol/conditional.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';
import { stateOf } from '../server/request-state.ts';
import { hasItem, itemListOf } from './item-lists.ts';
import { createItemResponses } from './item-response.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export type Call = Pick<CommandRequest<unknown>, 'id' | 'input' | 'sent' | 'adapt'> & {
  /** The parsed path parameters. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Default: that of the headers. */
  readonly messageId?: string | undefined;
};

export type CommandRunner = {
  /** Executes a command. Throws the problems of `execute`, and `precondition-failed`. */
  run(command: NamedCommand, ctx: Context, headers: RequestHeaders, call: Call): Promise<Entity<unknown>>;
  /** Sets the body and the headers of the response, except for a command that returns nothing (204). */
  respond(ctx: Context, entity: Entity<unknown>, status: number): void;
};

export function createCommandRunner(
  resource: JoinedResource,
  { transactor, sources }: RouteContext,
): CommandRunner {
  const { noun } = resource.nouns;
  const { initial } = transactor.decider;
  const [collectionPath] = pathsOf(resource);
  const { present } = createItemResponses(resource);
  const added = `the new ${noun}`;
  /** An entity whose id is generated cannot exist. */
  const newTarget: Target = { entity: added, version: undefined, name: added, exists: false };

  /** Returns what the preconditions of a command refer to: the entity, or the item of a list in it that the path names. */
  function targetOf(command: NamedCommand, entity: Entity<unknown>, params: Call['params'] = {}): Target {
    const { id, state, version } = entity;
    const name = `${noun} ${id}`;
    if (state === initial) return { entity: name, version: undefined, name, exists: false };
    const list = itemListOf(resource.document, command);
    if (list === undefined) return { entity: name, version, name, exists: true };
    const { body } = resource.presentExisting(entity);
    const item = `${String(params[list.param])} in ${list.segment} of ${name}`;
    return { entity: name, version, name: item, exists: hasItem(list, body, params) };
  }

  return {
    async run(command, ctx, headers, { params, ...call }) {
      const preconditions = readPreconditions(headers);
      const failure = preconditions && call.id === undefined && findFailure(preconditions, newTarget);
      if (typeof failure === 'string') throw new Problem('precondition-failed', failure);
      return execute(transactor, sources, {
        messageId: unquote(headers['Idempotency-Key']),
        ...call,
        verb: command.verb,
        actor: stateOf(ctx).actor,
        traceparent: headers.traceparent,
        ...(preconditions !== undefined &&
          call.id !== undefined && {
            precondition: (entity) => findFailure(preconditions, targetOf(command, entity, params)),
          }),
      });
    },

    respond(ctx, entity, status) {
      ctx.set('Stream-Position', String(entity.version));
      ctx.status = status;
      if (status === 204) return;
      const { headers, body } = present(entity);
      ctx.set(headers);
      ctx.body = body;
      if (status === 201) ctx.set('Location', `${collectionPath}/${entity.id}`);
    },
  };
}

export function unquote(key: string | undefined): string | undefined {
  return key?.startsWith('"') ? key.slice(1, -1) : key;
}

/** The commands of a service: `POST /laptops`, `PUT /laptops/{id}`, `POST /docks/{id}/relocate`, … */

import type { RouterContext } from '@koa/router';
import { newEntityOf, sentOf, splitId } from '../../api/command-input.ts';
import { nameOperation, successStatusOf, summarize } from '../../api/command-texts.ts';
import { textParamsOf } from '../../api/text-params.ts';
import type { CommandKind } from '../../domain/service/command.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import type { Entity } from '../../domain/entity.ts';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import { execute, type CommandRequest } from '../../eventlog/execute.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { findFailure, readPreconditions, type Preconditions, type Target } from '../protocol/conditional.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';
import { defineOperation, type Operation, type ResponseDescription } from '../server/operation.ts';
import { stateOf } from '../server/request-state.ts';
import { hasItem, itemListOf } from './item-lists.ts';
import { createItemResponses } from './item-response.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function commandOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const {
    nouns,
    contract: { id: idType },
  } = resource;
  const { transactor, sources } = context;
  const { initial } = transactor.decider;
  const [collectionPath] = pathsOf(resource);
  const { present } = createItemResponses(resource);

  function run(
    ctx: RouterContext,
    headers: RequestHeaders,
    command: Pick<CommandRequest<unknown>, 'verb' | 'id' | 'input' | 'sent'>,
    targetOf: (entity: Entity<unknown>) => Target,
  ) {
    const preconditions = readPreconditions(headers);
    if (preconditions !== undefined && command.id === undefined) assertHolds(preconditions, newTarget);
    return execute(transactor, sources, {
      ...command,
      actor: stateOf(ctx).actor,
      messageId: unquote(headers['Idempotency-Key']),
      traceparent: headers.traceparent,
      ...(preconditions !== undefined &&
        command.id !== undefined && {
          precondition: (entity) => findFailure(preconditions, targetOf(entity)),
        }),
    });
  }

  /** Returns what the preconditions of a command refer to: the entity, or the item of a list in it that the path names. */
  function createTargets(command: NamedCommand) {
    const list = itemListOf(resource.document, command);
    return (params: Readonly<Record<string, unknown>>) =>
      ({ id, state, version }: Entity<unknown>): Target => {
        const entity = `${nouns.noun} ${id}`;
        if (state === initial) return { entity, version: undefined, name: entity, exists: false };
        if (list === undefined) return { entity, version, name: entity, exists: true };
        const { body } = resource.presentExisting({ id, state, version });
        const name = `${String(params[list.param])} in ${list.segment} of ${entity}`;
        return { entity, version, name, exists: hasItem(list, body, params) };
      };
  }

  /** An entity whose id is generated cannot exist. */
  const newTarget: Target = {
    entity: `the new ${nouns.noun}`,
    version: undefined,
    name: `the new ${nouns.noun}`,
    exists: false,
  };

  /** Sets the body and the headers of the response, except for a command that returns nothing. */
  function respond(ctx: RouterContext, entity: Entity<unknown>, status: number) {
    ctx.set('Stream-Position', String(entity.version));
    ctx.status = status;
    if (status === 204) return;
    const { headers, body } = present(entity);
    ctx.set(headers);
    ctx.body = body;
    if (status === 201) ctx.set('Location', `${collectionPath}/${entity.id}`);
  }

  return resource.commands.map((command) => {
    const { kind, verb, method, path, params, body } = command;
    const status = successStatusOf(command);
    const isCreation = path === undefined;
    const targetsOf = createTargets(command);
    const isShared = resource.commands.some((other) => other !== command && other.body === body);
    return defineOperation({
      method,
      paths: isCreation ? pathsOf(resource) : pathsOf(resource, ['/{id}', path].filter(Boolean).join('/')),
      params: textParamsOf(params),
      name: nameOperation(command, nouns),
      summary: summarize(command, nouns, idType),
      tag: resource.names[0],
      command: verb,
      headers: ['Idempotency-Key', 'If-Match', 'If-None-Match'],
      ...(body !== undefined && { body: isCreation ? newEntityOf(body, idType, isShared) : body }),
      responses: { [status]: describeResponse(status, resource) },
      // `invalid`: the Idempotency-Key was used for another request.
      problems: [...problemsOf(kind), 'invalid', 'unavailable'],

      async handle({ ctx, id, params, headers, body, received }) {
        const { id: requested, input } = isCreation ? splitId(body, idType) : { id, input: body ?? {} };
        const sent = sentOf(command, received, ctx.params);
        const call = { verb, id: requested, input: { ...input, ...params }, sent };
        respond(ctx, await run(ctx, headers, call, targetsOf(params)), status);
      },
    });
  });
}

function problemsOf(kind: CommandKind): readonly ProblemCode[] {
  switch (kind) {
    case 'create':
    case 'remove':
      return ['conflict', 'precondition-failed'];
    case 'replace':
    case 'command':
      return ['not-found', 'conflict', 'precondition-failed'];
  }
}

function describeResponse(
  status: number,
  { nouns: { noun }, document }: JoinedResource,
): ResponseDescription {
  const description = `The ${noun} after the command.`;
  if (status === 204) return { description: 'The command was executed.', headers: ['Stream-Position'] };
  const headers = ['ETag', 'Stream-Position'] as const;
  return { description, headers: status === 201 ? ['Location', ...headers] : headers, body: document };
}

function assertHolds(preconditions: Preconditions, target: Target): void {
  const failure = findFailure(preconditions, target);
  if (failure !== undefined) throw new Problem('precondition-failed', failure);
}

function unquote(key: string | undefined): string | undefined {
  return key?.startsWith('"') ? key.slice(1, -1) : key;
}

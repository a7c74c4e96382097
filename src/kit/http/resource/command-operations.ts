/** The commands of a service: `POST /laptops`, `PUT /laptops/{id}`, `POST /docks/{id}/relocate`, … */

import type { RouterContext } from '@koa/router';
import { newEntityOf, sentOf, splitId } from '../../api/command-input.ts';
import { nameOperation, successStatusOf, summarize } from '../../api/command-texts.ts';
import { textParamsOf } from '../../api/text-params.ts';
import type { CommandKind } from '../../domain/service/command.ts';
import type { Entity } from '../../domain/entity.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { execute, type CommandRequest } from '../../eventlog/execute.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { matchesStrongly, readCondition } from '../protocol/conditional.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';
import { defineOperation, type Operation, type ResponseDescription } from '../server/operation.ts';
import { stateOf } from '../server/request-state.ts';
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
  ) {
    const condition = readCondition(headers['If-Match']);
    return execute(transactor, sources, {
      ...command,
      actor: stateOf(ctx).actor,
      messageId: unquote(headers['Idempotency-Key']),
      traceparent: headers.traceparent,
      precondition:
        condition && (({ state, version }) => matchesStrongly(condition, state !== initial, version)),
    });
  }

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
    const isShared = resource.commands.some((other) => other !== command && other.body === body);
    return defineOperation({
      method,
      paths: isCreation ? pathsOf(resource) : pathsOf(resource, ['/{id}', path].filter(Boolean).join('/')),
      params: textParamsOf(params),
      name: nameOperation(command, nouns),
      summary: summarize(command, nouns, idType),
      tag: resource.names[0],
      command: verb,
      headers: isCreation ? ['Idempotency-Key'] : ['Idempotency-Key', 'If-Match'],
      ...(body !== undefined && { body: isCreation ? newEntityOf(body, idType, isShared) : body }),
      responses: { [status]: describeResponse(status, resource) },
      // `invalid`: the Idempotency-Key was used for another request.
      problems: [...problemsOf(kind), 'invalid', 'unavailable'],

      async handle({ ctx, id, params, headers, body, received }) {
        const { id: requested, input } = isCreation ? splitId(body, idType) : { id, input: body ?? {} };
        const sent = sentOf(command, received, ctx.params);
        const call = { verb, id: requested, input: { ...input, ...params }, sent };
        respond(ctx, await run(ctx, headers, call), status);
      },
    });
  });
}

function problemsOf(kind: CommandKind): readonly ProblemCode[] {
  switch (kind) {
    case 'create':
      return ['conflict'];
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

function unquote(key: string | undefined): string | undefined {
  return key?.startsWith('"') ? key.slice(1, -1) : key;
}

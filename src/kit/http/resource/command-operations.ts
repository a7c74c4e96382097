/** The commands of a service: `POST /laptops`, `PUT /laptops/{id}`, `POST /docks/{id}/relocate`, … */

import { newEntityOf, sentOf, splitId } from '../../api/commands/command-input.ts';
import { nameOperation, successStatusOf, summarize } from '../../api/commands/command-texts.ts';
import { mergePatchMediaType } from '../../api/requests/media-types.ts';
import { replacementOf } from '../../api/commands/replacement.ts';
import { textParamsOf } from '../../api/requests/text-params.ts';
import type { CommandKind } from '../../domain/service/command.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { defineOperation, type Operation, type ResponseDescription } from '../server/operation.ts';
import { stateOf } from '../server/request-state.ts';
import { bulkAdd } from './bulk/bulk-add.ts';
import { createCommandRunner, type CommandRunner } from './command-runner.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

/** The headers of a request that changes something. */
const commandHeaders = ['Idempotency-Key', 'If-Match', 'If-None-Match'] as const;

export function commandOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const runner = createCommandRunner(resource, context);
  return resource.commands.flatMap((command) => [
    command.path === undefined
      ? createOperation(resource, command, runner, context)
      : entityOperation(resource, command, runner),
    ...patchOperations(resource, command, runner),
  ]);
}

/** `POST /laptops` */
function createOperation(
  resource: JoinedResource,
  command: NamedCommand,
  runner: CommandRunner,
  { bulkLimits, stopping }: RouteContext,
): Operation {
  const { contract, commands } = resource;
  const { body } = command;
  if (body === undefined) throw new TypeError(`${command.verb} has no body`);
  const isShared = commands.some((other) => other !== command && other.body === body);
  const schema = newEntityOf(body, contract.id, isShared);
  return defineOperation({
    ...describeCommand(resource, command),
    paths: pathsOf(resource),
    body: schema,
    alternative: bulkAdd(resource, command, runner, { body: schema, limits: bulkLimits, stopping }),

    async handle({ ctx, headers, body, received }) {
      const call = { ...splitId(body, contract.id), sent: sentOf(command, received) };
      runner.respond(ctx, await runner.run(command, ctx, headers, call), 201);
    },
  });
}

/** A command for an existing entity. */
function entityOperation(resource: JoinedResource, command: NamedCommand, runner: CommandRunner): Operation {
  const { path, params, body } = command;
  const replacement = replacementOf(resource, command);
  const schema = replacement?.schema ?? body;
  return defineOperation({
    ...describeCommand(resource, command),
    paths: pathsOf(resource, ['/{id}', path].filter(Boolean).join('/')),
    params: textParamsOf(params),
    ...(schema !== undefined && { body: schema }),

    async handle({ ctx, id, params, headers, body, received }) {
      const fields = Object(body);
      const { input, adapt } = replacement?.replace(fields, Object(received)) ?? { input: fields };
      const sent = sentOf(command, received, stateOf(ctx).params);
      const call = { id, input: { ...Object(input), ...params }, sent, params, adapt };
      runner.respond(ctx, await runner.run(command, ctx, headers, call), successStatusOf(command));
    },
  });
}

/** `PATCH /laptops/{id}` (RFC 5789): a merge patch of the document, executed as the `replace` command. */
function patchOperations(
  resource: JoinedResource,
  command: NamedCommand,
  runner: CommandRunner,
): Operation[] {
  const replacement = replacementOf(resource, command);
  if (replacement === undefined) return [];
  const { noun, one } = resource.nouns;
  const { command: _, ...described } = describeCommand(resource, command);
  return [
    defineOperation({
      ...described,
      method: 'patch',
      paths: pathsOf(resource, '/{id}'),
      name: `patch${capitalize(noun)}`,
      summary: `Change some fields of ${one} (JSON Merge Patch, RFC 7396)`,
      body: replacement.patchSchema,
      bodyType: mergePatchMediaType,

      async handle({ ctx, id, headers, body, received }) {
        // Another request than one that replaces the entity by the same JSON.
        const call = { id, ...replacement.patch(body), sent: { [mergePatchMediaType]: received } };
        runner.respond(ctx, await runner.run(command, ctx, headers, call), 200);
      },
    }),
  ];
}

/** What the operations of a command have in common. */
function describeCommand(resource: JoinedResource, command: NamedCommand) {
  const { nouns, contract, names } = resource;
  const status = successStatusOf(command);
  return {
    method: command.method,
    name: nameOperation(command, nouns),
    summary: summarize(command, nouns, contract.id),
    tag: names[0],
    command: command.verb,
    headers: commandHeaders,
    responses: { [status]: describeResponse(status, resource) },
    // `invalid`: the Idempotency-Key was used for another request.
    problems: [...problemsOf(command.kind), 'invalid', 'unavailable'] as const,
  };
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

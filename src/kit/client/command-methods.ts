/** The methods of a client for the commands of a service. */

import { successStatusOf } from '../api/commands/command-texts.ts';
import { mergePatchMediaType } from '../api/requests/media-types.ts';
import type { Id } from '../domain/entity-id.ts';
import type { TypedCommand } from '../domain/service/command.ts';
import { isPathSegment, notASegment } from '../domain/service/path-param.ts';
import type { NamedCommand, Service, ServiceTypes } from '../domain/service/service.ts';
import { manyOf } from '../domain/service/reserved-names.ts';
import type { VerbOf } from '../domain/service/service-decider.ts';
import { createAddMany, type ManyOptions, type ManyResult } from './add-many.ts';
import { toEntityResponse, type EntityResponse } from './entity-response.ts';
import { readPosition } from './pages.ts';
import { ProblemError } from './problem-error.ts';
import type { ClientRequest, ClientResponse, Transport } from './transport.ts';
import type { ChangeOptions, WriteOptions } from './write-options.ts';

/** The result of a command that returns no entity. */
export type CommandResponse = Pick<EntityResponse<unknown>, 'position'>;

/** A method for each command of a service, named by its verb. `input` has the fields of its body and its path parameters. */
export type CommandMethods<Types extends ServiceTypes> = {
  readonly [Verb in VerbOf<Types>]: Types['commands'][Verb] extends TypedCommand<
    infer Kind,
    infer Returns,
    infer Sent,
    unknown
  >
    ? (
        ...args: Kind extends 'create'
          ? [input: NewInput<Types, Sent>, options?: WriteOptions]
          : Sent extends undefined
            ? [id: Types['id'], options?: ChangeOptions]
            : [id: Types['id'], input: Sent, options?: ChangeOptions]
      ) => Promise<Returns extends 'document' ? EntityResponse<Types['document']> : CommandResponse>
    : never;
};

/** A JSON Merge Patch (RFC 7396) of a value: the fields to change. Null removes a field. */
export type MergePatch<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Name in keyof Value]?: MergePatch<Value[Name]> | null }
    : Value;

/** The body of the `replace` command of a service; never if it has none. */
type ReplacedBody<Types extends ServiceTypes> = {
  [Verb in VerbOf<Types>]: Types['commands'][Verb] extends TypedCommand<
    'replace',
    unknown,
    infer Sent,
    unknown
  >
    ? Sent
    : never;
}[VerbOf<Types>];

/** `patch` changes some fields of an entity, as its `replace` command does with all. */
export type PatchMethod<Types extends ServiceTypes> = [ReplacedBody<Types>] extends [never]
  ? {}
  : {
      patch(
        id: Types['id'],
        changes: MergePatch<ReplacedBody<Types>>,
        options?: ChangeOptions,
      ): Promise<EntityResponse<Types['document']>>;
    };

/** For the command that creates an entity: `addMany` for `add`. */
export type ManyMethods<Types extends ServiceTypes> = {
  readonly [
    Verb in VerbOf<Types> as Types['commands'][Verb] extends TypedCommand<'create', unknown, unknown, unknown>
      ? `${Verb}Many`
      : never
  ]: Types['commands'][Verb] extends TypedCommand<unknown, unknown, infer Sent, unknown>
    ? (
        inputs: Iterable<NewInput<Types, Sent>> | AsyncIterable<NewInput<Types, Sent>>,
        options?: ManyOptions,
      ) => AsyncGenerator<ManyResult<Types['id']>, void>
    : never;
};

type NewInput<Types extends ServiceTypes, Sent> = Sent & { readonly id?: Types['id'] };

/** @param path of the collection. */
export function createCommandMethods(
  { commands, document, contract }: Pick<Service, 'commands' | 'document' | 'contract'>,
  path: string,
  transport: Transport,
) {
  function sendChange(
    request: ClientRequest,
    { ifMatch, idempotencyKey = crypto.randomUUID(), ...options }: ChangeOptions = {},
  ): Promise<ClientResponse> {
    const headers = ifMatch === undefined ? {} : { 'If-Match': ifMatch === 'any' ? '*' : `"${ifMatch}"` };
    return transport.send(
      { ...request, idempotencyKey, headers: { ...request.headers, ...headers } },
      options,
    );
  }

  async function send(
    command: NamedCommand,
    id: Id | undefined,
    input: Readonly<Record<string, unknown>> = {},
    options: ChangeOptions = {},
  ) {
    const response = await sendChange(toRequest(path, command, id, input), options);
    return successStatusOf(command) === 204
      ? { position: readPosition(response.headers) }
      : toEntityResponse(document, response);
  }

  async function patch(id: Id, changes: object, options?: ChangeOptions) {
    const headers = { 'Content-Type': mergePatchMediaType };
    const target = `${path}/${encodeURIComponent(id)}`;
    const response = await sendChange({ method: 'PATCH', path: target, headers, body: changes }, options);
    return toEntityResponse(document, response);
  }

  const methods = commands.map((command) => {
    const { verb, kind, body, params } = command;
    if (kind === 'create') {
      return [
        verb,
        (input: object, options?: WriteOptions) => send(command, undefined, { ...input }, options),
      ];
    }
    if (body === undefined && Object.keys(params).length === 0) {
      return [verb, (id: Id, options?: ChangeOptions) => send(command, id, {}, options)];
    }
    return [
      verb,
      (id: Id, input: object, options?: ChangeOptions) => send(command, id, { ...input }, options),
    ];
  });

  const addMany = createAddMany(path, contract.id, transport);
  return {
    ...Object.fromEntries(methods),
    ...Object.fromEntries(
      commands.flatMap(({ kind, verb }) => (kind === 'create' ? [[manyOf(verb), addMany]] : [])),
    ),
    ...(commands.some(({ kind }) => kind === 'replace') && { patch }),
  };
}

/** Splits the input of a command into the path parameters and the body. */
function toRequest(
  collection: string,
  { method, path: below, params, body }: NamedCommand,
  id: Id | undefined,
  input: Readonly<Record<string, unknown>>,
): Pick<ClientRequest, 'method' | 'path' | 'body'> {
  const isParam = (name: string) => name in params;
  const filled = below?.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (!isPathSegment(input[name])) throw new ProblemError('malformed', `${name} ${notASegment}.`);
    return encodeURIComponent(String(input[name]));
  });
  const rest = Object.entries(input).filter(([name]) => !isParam(name));
  return {
    method: method === 'post' ? 'POST' : method === 'put' ? 'PUT' : 'DELETE',
    path: [collection, id && encodeURIComponent(id), filled]
      .filter((part) => part !== undefined && part !== '')
      .join('/'),
    ...(body !== undefined && { body: Object.fromEntries(rest) }),
  };
}

/**
 * The extension `x-portside` of the OpenAPI document: what a generic client, such as the web console, needs to know of a
 * service beyond its operations. It is written from the definition of the service, so nothing is guessed from paths and names.
 */

import { z } from 'zod';
import { exampleOf, newEntityOf, splitId } from '../commands/command-input.ts';
import type { Id } from '../../domain/entity-id.ts';
import { isTextId } from '../../domain/id-type.ts';
import type { CommandKind } from '../../domain/service/command.ts';
import { nounsOf, type Nouns } from '../../domain/service/nouns.ts';
import type { NamedCommand, Service } from '../../domain/service/service.ts';

/** An operation of the OpenAPI document. */
type OperationReference = {
  readonly operationId: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
};

/**
 * A field of the document that holds items which a command takes as its only parameter: `DELETE /laptops/{id}/ports/{portId}`
 * takes one of `ports`. `key` is the field of the item with the value of the parameter; null: the item itself.
 */
export type CommandItem = { readonly param: string; readonly field: string; readonly key: string | null };

export type DescribedCommand = OperationReference & {
  readonly verb: string;
  readonly kind: CommandKind;
  readonly item?: CommandItem;
};

/** A field of the document that holds entities of another service, each with their `id`. */
export type Reference = { readonly field: string; readonly service: string } & Nouns;

export type ServiceDescription = {
  /** The name of the service, and the path of its collection. */
  readonly service: string;
  readonly path: string;
  readonly entity: Nouns & { readonly id: 'integer' | 'text' };
  readonly commands: readonly DescribedCommand[];
  readonly queries: readonly (OperationReference & { readonly name: string })[];
  /** The query parameters by which the list can be filtered. */
  readonly indexes: readonly string[];
  /** Those by which it can be sorted as well. */
  readonly sortable: readonly string[];
  /** Lists of entities of other services that refer to an entity. */
  readonly relations: readonly (OperationReference & Nouns & { readonly service: string })[];
  readonly references: readonly Reference[];
  readonly events: readonly string[];
  /** Sample data: bodies of the command that creates an entity. */
  readonly samples?: OperationReference;
  /** An entity as it could be created. Absent if an example cannot be decided, for instance because it needs entities of other services. */
  readonly example?: Example;
};

/** The body of the command that creates the entity, and the event that follows from it. */
export type Example = {
  readonly verb: string;
  readonly id: Id;
  readonly body: object;
  readonly event: object;
};

/** The part of an operation's declaration that locates it. `paths` begins with the canonical path. */
export type LocatedOperation = {
  readonly name: string;
  readonly method: OperationReference['method'];
  readonly paths: readonly [string, ...string[]];
  readonly command?: string;
  readonly queryName?: string;
};

type DescribedService = Pick<
  Service,
  'names' | 'nouns' | 'contract' | 'commands' | 'follows' | 'indexKeys' | 'sortable' | 'document'
> & { readonly relations: readonly { readonly name: string; readonly nouns: Nouns }[] };

/** @param operations those of the service, in any order. */
export function describeService(
  service: DescribedService,
  operations: readonly LocatedOperation[],
): ServiceDescription {
  const { names, nouns, contract, commands, follows, indexKeys, sortable, relations } = service;
  const path = `/${names[0]}`;
  const properties = propertiesOf(service.document);
  const example = exampleOfCreation(service);
  const samples = operations.find(({ paths: [canonical] }) => canonical === `${path}/samples`);
  const followed = Object.entries(follows).map(([name, other]) => ({
    service: name,
    ...nounsOf(name, other),
  }));
  return {
    service: names[0],
    path,
    entity: { ...nouns, id: isTextId(contract.id) ? 'text' : 'integer' },
    commands: operations.flatMap((operation) => {
      const command = commands.find(({ verb }) => verb === operation.command);
      if (command === undefined) return [];
      const item = itemOf(command, properties);
      return [{ verb: command.verb, kind: command.kind, ...locate(operation), ...(item && { item }) }];
    }),
    queries: operations.flatMap((operation) =>
      operation.queryName === undefined ? [] : [{ name: operation.queryName, ...locate(operation) }],
    ),
    indexes: Object.keys(indexKeys),
    sortable,
    relations: relations.flatMap(({ name, nouns: related }) => {
      const operation = operations.find(({ paths }) => paths[0] === `${path}/{id}/${name}`);
      return operation === undefined ? [] : [{ service: name, ...related, ...locate(operation) }];
    }),
    references: followed.flatMap((other) =>
      [other.service, other.noun]
        .filter((field) => 'id' in (properties[field]?.item ?? {}))
        .map((field) => ({ field, ...other })),
    ),
    events: Object.keys(contract.events.types),
    ...(samples && { samples: locate(samples) }),
    ...(example && { example }),
  };
}

/** Decides what the example of the documents would store. Nothing is found in followed streams. */
function exampleOfCreation({ contract, commands, follows }: DescribedService): Example | undefined {
  const create = commands.find(({ kind }) => kind === 'create');
  if (create?.body === undefined) return undefined;
  const { id: idType, fold } = contract;
  const lookups = Object.fromEntries(Object.keys(follows).map((name) => [name, () => undefined]));
  const context = { ...lookups, now: '2026-01-31T12:00:00.000Z', actor: undefined, find: () => [] };
  try {
    const newEntity = newEntityOf(create.body, idType);
    const sent = newEntity.parse({ id: idType.example, ...exampleOf(newEntity) });
    const { id = idType.example, input } = splitId(sent, idType);
    // The input has the type that `decide` expects, because its schema parsed it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const [event] = create.decide(input as never, fold.initial, context);
    const body = idType.generate === undefined ? sent : input;
    return event === undefined ? undefined : { verb: create.verb, id, body, event };
  } catch {
    return undefined;
  }
}

function locate({ name, method, paths }: LocatedOperation): OperationReference {
  return { operationId: name, method, path: paths[0] };
}

/** A field of a document. `item` has the properties of the object in it, or of each object in the list in it. */
type Property = { readonly isList: boolean; readonly item: Readonly<Record<string, unknown>> | undefined };

const JsonSchema = z.looseObject({
  $ref: z.string().optional(),
  $defs: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

function propertiesOf(document: z.ZodType): Readonly<Record<string, Property>> {
  const root = JsonSchema.parse(z.toJSONSchema(document, { unrepresentable: 'any' }));
  const resolve = (schema: unknown): z.infer<typeof JsonSchema> => {
    const parsed = JsonSchema.safeParse(schema).data ?? {};
    const name = parsed.$ref?.split('/').at(-1);
    if (name !== undefined) return resolve(root.$defs?.[name]);
    // A nullable schema.
    const [first, ...others] = (parsed.anyOf ?? []).filter((choice) => resolve(choice)['type'] !== 'null');
    return first !== undefined && others.length === 0 ? resolve(first) : parsed;
  };
  return Object.fromEntries(
    Object.entries(resolve(root).properties ?? {}).map(([name, schema]) => {
      const { items, properties } = resolve(schema);
      const isList = items !== undefined;
      return [name, { isList, item: isList ? resolve(items).properties : properties }];
    }),
  );
}

/**
 * The parameter belongs to the items of the list that have a field of its name, or to the list that the path names
 * (`ports/{portId}`), whose items have an `id` or are the values themselves.
 */
function itemOf(
  { method, path, params, body }: NamedCommand,
  properties: Readonly<Record<string, Property>>,
): CommandItem | undefined {
  const [param, ...others] = Object.keys(params);
  if (method !== 'delete' || param === undefined || others.length > 0 || body !== undefined) return undefined;
  const lists = Object.entries(properties).filter(([, { isList }]) => isList);
  const [holder] = lists.find(([, { item }]) => item !== undefined && param in item) ?? [];
  if (holder !== undefined) return { param, field: holder, key: param };
  const segments = path?.split('/') ?? [];
  const named = segments[segments.indexOf(`{${param}}`) - 1];
  const list = lists.find(([field]) => field === named);
  if (list === undefined) return undefined;
  return { param, field: list[0], key: list[1].item === undefined ? null : 'id' };
}

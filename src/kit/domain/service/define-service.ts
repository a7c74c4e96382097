import { checkService } from './check-service.ts';
import { commandBuilders, type TypedCommand } from './command.ts';
import type { DomainEvent } from '../decider.ts';
import { keySchemas, normalizeIndexes, sortableIndexes, type SortableIn } from './index-definition.ts';
import type { Id } from '../entity-id.ts';
import { integerId } from '../id-type.ts';
import { freezeInPlace } from '../frozen.ts';
import type { RequireJson } from '../json-state.ts';
import { queryBuilders, type TypedQuery } from './query.ts';
import { nounsOf } from './nouns.ts';
import type { DefinedService, Service, ServiceDefinition } from './service.ts';

/**
 * Declares a service. The compiler checks the parts against each other here; the runtime uses the erased type.
 *
 * @throws TypeError if two names collide.
 */
export function defineService<
  State,
  Event extends DomainEvent,
  Commands extends Readonly<Record<string, TypedCommand<unknown, unknown, unknown, unknown>>>,
  Document,
  Others = {},
  Indexes extends object = {},
  Queries extends Readonly<Record<string, TypedQuery<unknown, unknown>>> = {},
  Key extends Id = number,
  OtherIds = {},
>(
  definition: ServiceDefinition<State, Event, Others, Commands, Indexes, Queries, Document, Key, OtherIds> &
    RequireJson<State>,
): DefinedService<{
  state: State;
  event: Event;
  others: Others;
  commands: Commands;
  index: keyof Indexes & string;
  sortable: SortableIn<Indexes>;
  queries: Queries;
  document: Document;
  id: Key;
  otherIds: OtherIds;
}> {
  const { contract, aliases = [], commands, indexes = {}, follows = {}, relations = {} } = definition;
  const named = Object.entries(commands(commandBuilders())).map(([verb, command]) => ({
    ...command,
    verb,
    path: command.kind === 'create' ? undefined : (command.path ?? verb),
  }));
  const queries = Object.entries(definition.queries?.(queryBuilders()) ?? {});
  // The runtime passes to each function only values that the definition's own schemas and functions returned.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const service = {
    ...definition,
    contract: { id: integerId, ...contract },
    nouns: nounsOf(contract.name, contract),
    names: [contract.name, ...aliases],
    follows: Object.fromEntries(
      Object.entries(follows).map(([name, followed]) => [name, { id: integerId, ...Object(followed) }]),
    ),
    commands: named,
    indexes: normalizeIndexes(indexes),
    indexKeys: keySchemas(indexes),
    sortable: sortableIndexes(indexes),
    queries: queries.map(([name, query]) => ({ ...query, name })),
    relations,
  } as unknown as Service;
  for (const { fold } of [service.contract, ...Object.values(service.follows)]) freezeInPlace(fold.initial);
  checkService(service);
  return service;
}

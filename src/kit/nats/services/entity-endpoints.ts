/** The endpoints that every service has: its commands and the queries `get` and `list`. */

import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { isTextId, type IdType } from '../../domain/id-type.ts';
import { AnyText, type KeySchemas } from '../../domain/service/index-definition.ts';
import { execute, type Sources } from '../../eventlog/execute.ts';
import { ageOf, defaultWaitSeconds, waitFor, type Freshness } from '../../eventlog/freshness.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import type { CommandCall } from '../../domain/service/service-decider.ts';
import { exampleOf, payloadOf, sentOf, splitId, validExamples } from '../../api/commands/command-input.ts';
import { integerBetween } from '../../api/requests/integer-between.ts';
import { summarize, summarizeQuery } from '../../api/commands/command-texts.ts';
import { replacementOf, type Replacement } from '../../api/commands/replacement.ts';
import { nextAfter, parseSort, sortParameters, splitSort } from '../../api/requests/sorting.ts';
import type { Transactor } from '../../eventlog/transact.ts';
import type { Where } from '../../eventlog/view/indexes.ts';
import type { Entity } from '../../domain/entity.ts';
import { expectedSubjectSequenceHeader, streamPositionHeader } from '../connection/headers.ts';
import { defineEndpoint, type Endpoint, type RequestInfo } from './endpoints.ts';
import { replyWithPage } from './replies.ts';

export type EndpointContext = {
  readonly transactor: Transactor<unknown, CommandCall, DomainEvent>;
  readonly sources: Sources;
  readonly freshness: Freshness;
};

const defaultLimit = 100;
/** A reply is a single message: a page ends earlier if it reaches the broker's `max_payload`. */
const maxLimit = 1000;

/** The parameters of a page of items with numbers. */
export const numberedPage = {
  limit: integerBetween(1, maxLimit).default(defaultLimit),
  after: integerBetween(0, Number.MAX_SAFE_INTEGER).default(0),
};

/** The parameters of a page of entities with ids of this type. */
function pageOf(type: IdType) {
  const { limit, after } = numberedPage;
  return { limit, after: isTextId(type) ? type.schema.optional() : after };
}

/** The schema of `next`. */
function nextOf(type: IdType) {
  return (isTextId(type) ? type.schema : z.int()).optional().meta({
    description:
      'Present if there are more entities: the id to send as `after`. A page has fewer than `limit` entities if more do ' +
      'not fit into one message of the broker (`max_payload`).',
  });
}

/** The keys of an index without a schema are texts. A number is accepted instead of the text that represents it. */
const TextOrNumber = z.union([z.string(), z.number()]);

/** Returns the values that a list is filtered by, as keys. */
function toKeys(schemas: KeySchemas, values: Where): Where {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      schemas[name] === AnyText && value !== undefined ? String(value) : value,
    ]),
  );
}
const examplePosition = 12;

/** The schema of `position` in the reply to a query. */
export const appliedPosition = z
  .int()
  .meta({ description: `The position that the reply reflects, as in ${streamPositionHeader}.` });

/** Waits for the position that the request asks for. */
export async function refresh(freshness: Freshness, info: RequestInfo): Promise<void> {
  if (info.waitFor !== undefined) await waitFor(freshness, info.waitFor, defaultWaitSeconds);
}

export function entityEndpoints(
  resource: JoinedResource,
  { transactor, sources, freshness }: EndpointContext,
): Endpoint[] {
  const {
    document: schema,
    nouns,
    contract: { id: idType },
  } = resource;
  const { noun, plural, one } = nouns;
  const { view } = transactor;
  const version = z.int().meta({
    description:
      `The position of the ${noun}'s last message: its version, which can be sent as ` +
      `${expectedSubjectSequenceHeader}. In the reply to a query, ${streamPositionHeader} may be greater.`,
  });
  const cursor = z
    .string()
    .optional()
    .meta({ description: 'Present instead of `next` in a sorted list: the text to send as `cursor`.' });
  const example = exampleOf(schema);
  const One = z
    .object({ position: version, [noun]: schema })
    .meta({ examples: [{ position: examplePosition, [noun]: example }] });
  const Many = z
    .object({
      position: appliedPosition,
      [plural]: z.array(schema),
      next: nextOf(idType),
      ...(resource.sortable.length > 0 && { cursor }),
    })
    .meta({ examples: [{ position: examplePosition, [plural]: [example] }] });
  const Removed = z.object({ position: version }).meta({ examples: [{ position: examplePosition }] });

  function run(command: NamedCommand, payload: object, info: RequestInfo, replacement?: Replacement) {
    const { messageId, expectedVersion, traceparent } = info;
    const precondition =
      expectedVersion === undefined
        ? undefined
        : ({ id, version }: Entity<unknown>) =>
            version === expectedVersion
              ? undefined
              : `${expectedSubjectSequenceHeader} is ${expectedVersion}, but ${noun} ${id} is at version ${version}.`;
    const { id, input } = splitId(payload, idType);
    return execute(transactor, sources, {
      id,
      ...(replacement?.replace(input, Object(info.received)) ?? { input }),
      verb: command.verb,
      sent: sentOf(command, info.received),
      messageId,
      traceparent,
      precondition,
    });
  }

  /** `{"position":12,"laptop":{…}}` */
  function write(entity: Entity<unknown>): string {
    const { body } = resource.presentExisting(entity);
    return JSON.stringify({ position: entity.version, [noun]: body });
  }

  const readFreshness = () => ({ position: view.position, age: ageOf(freshness, Date.now()) });

  return [
    ...resource.commands.map((command) => {
      const replacement = replacementOf(resource, command, (field) => field === 'id');
      return defineEndpoint({
        name: `commands.${command.verb}`,
        summary: summarize(command, nouns, idType),
        input: payloadOf({ ...command, body: replacement?.schema ?? command.body }, idType),
        output: command.kind === 'remove' ? Removed : One,
        async handle(payload, info) {
          const entity = await run(command, payload, info, replacement);
          const { version: position } = entity;
          return { position, text: command.kind === 'remove' ? JSON.stringify({ position }) : write(entity) };
        },
      });
    }),

    defineEndpoint({
      name: 'queries.get',
      summary: `Get ${one}`,
      input: z.strictObject({ id: idType.schema }).meta({ examples: [{ id: idType.example }] }),
      output: One,
      async handle({ id }, info) {
        await refresh(freshness, info);
        return { ...readFreshness(), text: write(view.find(id)) };
      },
    }),

    defineEndpoint({
      name: 'queries.list',
      summary: `List the ${plural} by ascending id`,
      input: z
        .strictObject({
          ...pageOf(idType),
          ...Object.fromEntries(
            Object.entries(resource.indexKeys).map(([field, key]) => [
              field,
              (key === AnyText ? TextOrNumber : key).optional(),
            ]),
          ),
          ...sortParameters(resource.sortable),
        })
        .meta({ examples: [{ limit: 10 }] }),
      output: Many,
      async handle({ limit, after, ...rest }, info) {
        const { where, ...request } = splitSort(rest);
        const sort = parseSort(resource.indexKeys, request, after, idType);
        await refresh(freshness, info);
        return replyWithPage({
          ...readFreshness(),
          field: plural,
          found: view.list({ limit: limit + 1, after, where: toKeys(resource.indexKeys, where), sort }),
          limit,
          maxBytes: info.maxReplyBytes,
          toText: (entity) => resource.serializeExisting(entity).text,
          nextAfter: (last) => nextAfter(resource.indexes, request.sort, last),
        });
      },
    }),

    ...resource.queries.map((query) => {
      const { name, params, result, answer } = query;
      const input = z.strictObject(params);
      const output = z.object({ position: appliedPosition, result });
      return defineEndpoint({
        name: `queries.${name}`,
        summary: summarizeQuery(query, nouns),
        input: input.meta({ examples: validExamples(input, exampleOf(input)) }),
        output: output.meta({
          examples: validExamples(output, { position: examplePosition, result: result.meta()?.['example'] }),
        }),
        async handle(values, info) {
          await refresh(freshness, info);
          const { position, age } = readFreshness();
          return { position, age, text: JSON.stringify({ position, result: answer(view, values) }) };
        },
      });
    }),

    ...resource.relations.map(({ name, nouns: { plural: field }, id: relatedId, document: related, list }) =>
      defineEndpoint({
        name: `queries.${name}`,
        summary: `List the ${field} that refer to ${one}, by ascending id`,
        input: z
          .strictObject({ id: idType.schema, ...pageOf(relatedId) })
          .meta({ examples: [{ id: idType.example, limit: 10 }] }),
        output: z
          .object({ position: appliedPosition, [field]: z.array(related), next: nextOf(relatedId) })
          .meta({ examples: [{ position: examplePosition, [field]: [exampleOf(related)] }] }),
        async handle({ id, limit, after }, info) {
          await refresh(freshness, info);
          resource.presentExisting(view.find(id));
          return replyWithPage({
            ...readFreshness(),
            field,
            found: list(id, { limit: limit + 1, after }),
            limit,
            maxBytes: info.maxReplyBytes,
            toText: ({ body }) => JSON.stringify(body),
          });
        },
      }),
    ),
  ];
}

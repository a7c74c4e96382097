/** The endpoints that every service has: its commands and the queries `get` and `list`. */

import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { EntityId } from '../../domain/entity-id.ts';
import { execute, type Sources } from '../../eventlog/execute.ts';
import { ageOf, defaultWaitSeconds, waitFor, type Freshness } from '../../eventlog/freshness.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize, matcherOf } from '../../domain/resource.ts';
import type { Transactor } from '../../eventlog/transact.ts';
import type { Entity } from '../../domain/entity.ts';
import { expectedSubjectSequenceHeader, streamPositionHeader } from '../connection/headers.ts';
import { defineEndpoint, type Endpoint, type RequestInfo } from './endpoints.ts';
import { replyWithPage, type Reply } from './replies.ts';

export type EndpointContext = {
  readonly transactor: Transactor<unknown, unknown, DomainEvent>;
  readonly sources: Sources;
  readonly freshness: Freshness;
};

const defaultLimit = 100;
/** A reply is a single message: a page ends earlier if it reaches the broker's `max_payload`. */
const maxLimit = 1000;

const Page = {
  limit: z.int().min(1).max(maxLimit).default(defaultLimit),
  after: z.int().min(0).default(0),
};

const ById = z.strictObject({ id: EntityId }).meta({ examples: [{ id: 1 }] });
const examplePosition = 12;

export function entityEndpoints(
  resource: JoinedResource,
  { transactor, sources, freshness }: EndpointContext,
): Endpoint[] {
  const { noun, schema } = resource;
  const { view } = transactor;
  const version = z.int().meta({
    description:
      `The position of the ${noun}'s last message: its version, which can be sent as ` +
      `${expectedSubjectSequenceHeader}. In the reply to a query, ${streamPositionHeader} may be greater.`,
  });
  const applied = z
    .int()
    .meta({ description: `The position that the reply reflects, as in ${streamPositionHeader}.` });
  const next = z
    .int()
    .optional()
    .meta({
      description:
        'Present if there are more entities: the id to send as `after`. A page has fewer than `limit` entities if more do ' +
        'not fit into one message of the broker (`max_payload`).',
    });
  const example = exampleOf(schema);
  const One = z
    .object({ position: version, [noun]: schema })
    .meta({ examples: [{ position: examplePosition, [noun]: example }] });
  const Many = z
    .object({ position: applied, [`${noun}s`]: z.array(schema), next })
    .meta({ examples: [{ position: examplePosition, [`${noun}s`]: [example] }] });
  const Removed = z.object({ position: version }).meta({ examples: [{ position: examplePosition }] });

  async function run(id: number | undefined, command: unknown, info: RequestInfo) {
    const { messageId, expectedVersion, traceparent } = info;
    const precondition =
      expectedVersion === undefined
        ? undefined
        : ({ version }: Entity<unknown>) => version === expectedVersion;
    return execute(transactor, sources, { id, command, messageId, traceparent, precondition });
  }

  /** `{"position":12,"laptop":{…}}` */
  function write(entity: Entity<unknown>): string {
    const { body } = resource.presentExisting(entity);
    return JSON.stringify({ position: entity.version, [noun]: body });
  }

  const replyToCommand = (entity: Entity<unknown>): Reply => ({
    position: entity.version,
    text: write(entity),
  });

  const readFreshness = () => ({ position: view.position, age: ageOf(freshness, Date.now()) });

  async function refresh(info: RequestInfo) {
    if (info.waitFor !== undefined) await waitFor(freshness, info.waitFor, defaultWaitSeconds);
  }

  return [
    defineEndpoint({
      name: `commands.${resource.add.verb}`,
      summary: `Add a ${noun}; a new id is assigned if none is given`,
      input: resource.add.body,
      output: One,
      handle: async (body, info) => replyToCommand(await run(body.id, resource.add.command(body), info)),
    }),

    defineEndpoint({
      name: `commands.${resource.change.verb}`,
      summary: `Change a ${noun}`,
      input: resource.change.body
        .extend({ id: EntityId })
        .meta({ examples: [{ id: 1, ...exampleOf(resource.change.body) }] }),
      output: One,
      async handle({ id, ...fields }, info) {
        // Parsed again, because the command expects the body without the id.
        const body = resource.change.body.parse(fields);
        return replyToCommand(await run(EntityId.parse(id), resource.change.command(body), info));
      },
    }),

    defineEndpoint({
      name: `commands.${resource.remove.verb}`,
      summary: `Remove a ${noun}; succeeds if it does not exist`,
      input: ById,
      output: Removed,
      async handle({ id }, info) {
        const { version: position } = await run(id, resource.remove.command(), info);
        return { position, text: JSON.stringify({ position }) };
      },
    }),

    defineEndpoint({
      name: 'queries.get',
      summary: `Get a ${noun}`,
      input: ById,
      output: One,
      async handle({ id }, info) {
        await refresh(info);
        return { ...readFreshness(), text: write(view.find(id)) };
      },
    }),

    defineEndpoint({
      name: 'queries.list',
      summary: `List the ${noun}s by ascending id`,
      input: z
        .strictObject({
          ...Page,
          ...Object.fromEntries(Object.keys(resource.filters).map((field) => [field, z.string().optional()])),
        })
        .meta({ examples: [{ limit: 10 }] }),
      output: Many,
      async handle({ limit, after, ...wanted }, info) {
        await refresh(info);
        return replyWithPage({
          ...readFreshness(),
          field: `${noun}s`,
          found: view.list({ limit: limit + 1, after, matches: matcherOf(resource, wanted) }),
          limit,
          maxBytes: info.maxReplyBytes,
          toText: (entity) => resource.serializeExisting(entity).text,
        });
      },
    }),

    ...(resource.members ?? []).flatMap(({ noun: memberNoun, put, take }) =>
      [put, take].map(({ verb, command }) =>
        defineEndpoint({
          name: `commands.${verb}`,
          summary: `${capitalize(verb)} a ${memberNoun}`,
          input: z
            .strictObject({ id: EntityId, [`${memberNoun}Id`]: EntityId })
            .meta({ examples: [{ id: 1, [`${memberNoun}Id`]: 1 }] }),
          output: One,
          async handle({ id, [`${memberNoun}Id`]: memberId }, info) {
            return replyToCommand(await run(EntityId.parse(id), command(EntityId.parse(memberId)), info));
          },
        }),
      ),
    ),

    ...resource.referrers.map(({ name, noun: referrerNoun, schema: referrer, list }) =>
      defineEndpoint({
        name: `queries.${name}`,
        summary: `List the ${referrerNoun}s that have a ${noun}, by ascending id`,
        input: z.strictObject({ id: EntityId, ...Page }).meta({ examples: [{ id: 1, limit: 10 }] }),
        output: z
          .object({ position: applied, [`${referrerNoun}s`]: z.array(referrer), next })
          .meta({ examples: [{ position: examplePosition, [`${referrerNoun}s`]: [exampleOf(referrer)] }] }),
        async handle({ id, limit, after }, info) {
          await refresh(info);
          resource.presentExisting(view.find(id));
          return replyWithPage({
            ...readFreshness(),
            field: `${referrerNoun}s`,
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

/** Returns the example in the metadata of a schema, or an empty object. */
function exampleOf(schema: z.ZodType): object {
  const example = schema.meta()?.['example'];
  return typeof example === 'object' && example !== null ? example : {};
}

/** The routes that every service of one kind of entity has: list, item, add, change, remove, rejections. */

import { createHash, randomUUID } from 'node:crypto';
import { Router, type RouterContext } from '@koa/router';
import { z } from 'zod';
import type { DomainEvent } from '../core/decider.ts';
import { makeEntityId } from '../core/entity-id.ts';
import { Problem } from '../core/problem.ts';
import { maxAttempts, transact, type Transactor } from '../core/transact.ts';
import type { Entity } from '../core/view.ts';
import { matchesStrongly, matchesWeakly, parseTags, toEntityTag } from './conditional.ts';
import { markFreshness, waitForPosition, type Freshness } from './consistency.ts';
import { parseBody, parseId, parseQuery } from './parse.ts';

/** What is special about one kind of entity: its name, its bodies, and how they become commands. */
export type Resource<State, Command, Add, Change> = {
  /** The path segments that name the collection: the canonical one first, then its aliases. */
  readonly paths: readonly [string, ...string[]];
  /** What a person calls one of them: `laptop`. */
  readonly noun: string;
  /** The entity as JSON; undefined when it is not there. */
  present(entity: Entity<State>): object | undefined;
  /** Exact-match filters of the list, each by the name of its query parameter. */
  readonly filters: Readonly<Record<string, (state: State) => string | undefined>>;
  readonly add: { readonly body: z.ZodType<Add>; command(body: Add): Command };
  readonly change: { readonly body: z.ZodType<Change>; command(body: Change): Command };
  remove(): Command;
};

export type EntityRoutesOptions<State, Command, Event extends DomainEvent> = {
  readonly transactor: Transactor<State, Command, Event>;
  readonly freshness: Freshness;
};

const defaultLimit = 1000;
const maxLimit = 10_000;

export function entityRoutes<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
>(
  resource: Resource<State, Command, Add, Change>,
  { transactor, freshness }: EntityRoutesOptions<State, Command, Event>,
): Router {
  const { view } = transactor;
  const { noun, present, filters } = resource;
  const [canonical] = resource.paths;
  const collection = resource.paths.map((path) => `/${path}`);
  const item = collection.map((path) => `${path}/:id`);
  const ListQuery = z.strictObject({
    limit: z.coerce.number<string>().int().min(1).max(maxLimit).default(defaultLimit),
    after: z.coerce.number<string>().int().min(0).default(0),
    ...Object.fromEntries(Object.keys(filters).map((name) => [name, z.string().optional()])),
  });
  const router = new Router();

  router.get(
    collection.map((path) => `${path}/rejections`),
    async (ctx) => {
      await waitForPosition(ctx, freshness);
      markFreshness(ctx, freshness);
      ctx.body = view
        .rejections()
        .map((rejected) => ({ ...rejected, time: new Date(rejected.time).toISOString() }));
    },
  );

  router.get(collection, async (ctx) => {
    const { limit, after, ...wanted } = parseQuery(ListQuery, ctx.query);
    await waitForPosition(ctx, freshness);
    markFreshness(ctx, freshness);
    const tests = Object.entries(wanted).map(
      ([name, value]) =>
        (state: State) =>
          filters[name]?.(state) === value,
    );
    const matches = (state: State) => tests.every((test) => test(state));
    const found = view.list({ after, limit: limit + 1, matches });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    if (last !== undefined && found.length > limit) {
      const next = new URLSearchParams({ ...ctx.query, limit: String(limit), after: String(last.id) });
      ctx.set('Link', `<${ctx.path}?${next.toString()}>; rel="next"`);
    }
    ctx.body = page.map(present);
  });

  router.get(item, async (ctx) => {
    const id = parseId(ctx.params['id']);
    await waitForPosition(ctx, freshness);
    markFreshness(ctx, freshness);
    const entity = view.find(id);
    const body = presentExisting(entity);
    ctx.set('ETag', toEntityTag(entity.version));
    const condition = parseTags('If-None-Match', ctx.get('If-None-Match'));
    if (condition !== undefined && matchesWeakly(condition, entity.version)) ctx.status = 304;
    else ctx.body = body;
  });

  router.post(collection, async (ctx) => {
    const body = await parseBody(resource.add.body, ctx);
    const entity = await add(ctx, body.id, resource.add.command(body));
    answerWrite(ctx, entity);
    ctx.status = 201;
    ctx.set('Location', `/${canonical}/${entity.id}`);
  });

  router.put(item, async (ctx) => {
    const id = parseId(ctx.params['id']);
    const body = await parseBody(resource.change.body, ctx);
    answerWrite(ctx, await execute(ctx, id, resource.change.command(body)));
  });

  router.delete(item, async (ctx) => {
    const { version } = await execute(ctx, parseId(ctx.params['id']), resource.remove());
    ctx.set('Stream-Position', String(version));
    ctx.status = 204;
  });

  /** Adds under the id that the client gave, or under new ones until one is free. */
  async function add(
    ctx: RouterContext,
    given: number | undefined,
    command: Command,
  ): Promise<Entity<State>> {
    if (given !== undefined) return execute(ctx, given, command);
    for (let attempts = 1; ; attempts++) {
      try {
        return await execute(ctx, makeEntityId(Date.now(), Math.random()), command, 'any id');
      } catch (error) {
        const taken = error instanceof Problem && error.code === 'conflict';
        if (!taken || attempts >= maxAttempts) throw error;
      }
    }
  }

  function execute(ctx: RouterContext, id: number, command: Command, digestedId: number | 'any id' = id) {
    const condition = parseTags('If-Match', ctx.get('If-Match'));
    return transact(transactor, {
      id,
      command,
      messageId: parseIdempotencyKey(ctx.get('Idempotency-Key')) ?? randomUUID(),
      commandDigest: digest([digestedId, command]),
      precondition:
        condition && ((entity) => matchesStrongly(condition, present(entity) !== undefined, entity.version)),
    });
  }

  function answerWrite(ctx: RouterContext, entity: Entity<State>) {
    ctx.set('Stream-Position', String(entity.version));
    ctx.set('ETag', toEntityTag(entity.version));
    ctx.body = presentExisting(entity);
  }

  function presentExisting(entity: Entity<State>): object {
    const body = present(entity);
    if (body === undefined) throw new Problem('not-found', `There is no ${noun} ${entity.id}.`);
    return body;
  }

  return router;
}

/** The draft's value is a quoted string; a bare one is taken as well. @throws Problem `malformed` */
function parseIdempotencyKey(header: string): string | undefined {
  if (header === '') return undefined;
  const key = /^"([\x21\x23-\x7e]{1,255})"$|^([\x21\x23-\x7e]{1,255})$/.exec(header);
  if (key === null) {
    throw new Problem(
      'malformed',
      'Idempotency-Key must be 1 to 255 visible ASCII characters, without spaces.',
    );
  }
  return key[1] ?? key[2];
}

/** 96 bits of SHA-256: enough to tell two commands under one key apart. */
function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}

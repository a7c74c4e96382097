/** The writes of a service: add, change, remove; each becomes one command. */

import { createHash, randomUUID } from 'node:crypto';
import type { Router, RouterContext } from '@koa/router';
import type { DomainEvent } from '../core/decider.ts';
import { makeEntityId } from '../core/entity-id.ts';
import { Problem } from '../core/problem.ts';
import { maxAttempts, transact } from '../core/transact.ts';
import type { Entity } from '../core/view.ts';
import { matchesStrongly, parseTags, toEntityTag } from './conditional.ts';
import { parseBody, parseId } from './parse.ts';
import { pathsOf, presentExisting, type Resource, type RouteContext } from './resource.ts';

export function addWriteRoutes<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
>(
  router: Router,
  resource: Resource<State, Command, Add, Change>,
  { transactor }: RouteContext<State, Command, Event>,
): void {
  const [canonicalPath] = pathsOf(resource);

  router.post(pathsOf(resource), async (ctx) => {
    const body = await parseBody(resource.add.body, ctx);
    const entity = await add(ctx, body.id, resource.add.command(body));
    answerEntity(ctx, entity);
    ctx.status = 201;
    ctx.set('Location', `${canonicalPath}/${entity.id}`);
  });

  router.put(pathsOf(resource, '/:id'), async (ctx) => {
    const id = parseId(ctx.params['id']);
    const body = await parseBody(resource.change.body, ctx);
    answerEntity(ctx, await execute(ctx, id, resource.change.command(body)));
  });

  router.delete(pathsOf(resource, '/:id'), async (ctx) => {
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
        condition &&
        ((entity) => matchesStrongly(condition, resource.present(entity) !== undefined, entity.version)),
    });
  }

  function answerEntity(ctx: RouterContext, entity: Entity<State>) {
    ctx.set('Stream-Position', String(entity.version));
    ctx.set('ETag', toEntityTag(entity.version));
    ctx.body = presentExisting(resource, entity);
  }
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

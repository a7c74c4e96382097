import type { RouterContext } from '@koa/router';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/resource.ts';
import type { Entity } from '../../domain/entity.ts';
import { executeCommand } from './execute-command.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { createItemResponses } from './item-response.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function writeOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const { noun, schema } = resource;
  const name = capitalize(noun);
  const [canonicalPath] = pathsOf(resource);
  const { present } = createItemResponses(resource);

  const addition = defineOperation({
    method: 'post',
    paths: pathsOf(resource),
    name: `add${name}`,
    summary: `Add a ${noun}; a new id is assigned if none is given`,
    tag: resource.names[0],
    headers: ['Idempotency-Key'],
    body: resource.add.body,
    responses: {
      201: {
        description: `The ${noun} after the change.`,
        headers: ['Location', 'ETag', 'Stream-Position'],
        body: schema,
      },
    },
    problems: ['conflict', 'unavailable'],

    async handle({ ctx, headers, body }) {
      const entity = await executeCommand(context, headers, body.id, resource.add.command(body));
      respondWithEntity(ctx, entity);
      ctx.status = 201;
      ctx.set('Location', `${canonicalPath}/${entity.id}`);
    },
  });

  const change = defineOperation({
    method: 'put',
    paths: pathsOf(resource, '/{id}'),
    name: `change${name}`,
    summary: `Change a ${noun}`,
    tag: resource.names[0],
    headers: ['Idempotency-Key', 'If-Match'],
    body: resource.change.body,
    responses: {
      200: {
        description: `The ${noun} after the change.`,
        headers: ['ETag', 'Stream-Position'],
        body: schema,
      },
    },
    problems: ['not-found', 'conflict', 'precondition-failed', 'unavailable'],

    async handle({ ctx, id, headers, body }) {
      respondWithEntity(ctx, await executeCommand(context, headers, id, resource.change.command(body)));
    },
  });

  const removal = defineOperation({
    method: 'delete',
    paths: pathsOf(resource, '/{id}'),
    name: `remove${name}`,
    summary: `Remove a ${noun}; succeeds if it does not exist`,
    tag: resource.names[0],
    headers: ['Idempotency-Key', 'If-Match'],
    responses: { 204: { description: `The ${noun} no longer exists.`, headers: ['Stream-Position'] } },
    // `invalid`: the Idempotency-Key was used for another request.
    problems: ['conflict', 'precondition-failed', 'invalid', 'unavailable'],

    async handle({ ctx, id, headers }) {
      const { version } = await executeCommand(context, headers, id, resource.remove.command());
      ctx.set('Stream-Position', String(version));
      ctx.status = 204;
    },
  });

  function respondWithEntity(ctx: RouterContext, entity: Entity<unknown>) {
    const { headers, body } = present(entity);
    ctx.set('Stream-Position', String(entity.version));
    ctx.set(headers);
    ctx.body = body;
  }

  return [addition, change, removal];
}

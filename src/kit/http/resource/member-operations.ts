/** Adds members to an entity and removes them: `PUT` and `DELETE /laptops/{id}/ports/{portId}`. */

import { z } from 'zod';
import { maxEntityId, parseEntityId } from '../../domain/entity-id.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/resource.ts';
import { executeCommand } from './execute-command.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function memberOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const { noun: owner, members = [] } = resource;

  return members.flatMap(({ name, noun, put, take }) => {
    const parameter = `${noun}Id`;
    const declare = (
      method: 'put' | 'delete',
      { verb, command }: typeof put,
      texts: { readonly summary: string; readonly description: string },
    ) =>
      defineOperation({
        method,
        paths: pathsOf(resource, `/{id}/${name}/{${parameter}}`),
        params: z.object({ [parameter]: MemberId }),
        name: `${verb}${capitalize(noun)}`,
        summary: texts.summary,
        tag: resource.names[0],
        headers: ['Idempotency-Key', 'If-Match'],
        responses: { 204: { description: texts.description, headers: ['Stream-Position'] } },
        // `invalid`: the Idempotency-Key was used for another request.
        problems: ['not-found', 'conflict', 'precondition-failed', 'invalid', 'unavailable'],

        async handle({ ctx, id, params, headers }) {
          const memberId = params[parameter] ?? 0;
          const { version } = await executeCommand(context, headers, id, command(memberId));
          ctx.set('Stream-Position', String(version));
          ctx.status = 204;
        },
      });

    return [
      declare('put', put, {
        summary: `${capitalize(put.verb)} a ${noun}; succeeds if the ${owner} already has it`,
        description: `The ${owner} has the ${noun}.`,
      }),
      declare('delete', take, {
        summary: `${capitalize(take.verb)} a ${noun}; succeeds if the ${owner} does not have it`,
        description: `The ${owner} no longer has the ${noun}.`,
      }),
    ];
  });
}

/** An id in a path. It is parsed from text; the OpenAPI document describes it as an integer. */
const MemberId = z
  .string()
  .transform((text, context) => {
    const id = parseEntityId(text);
    if (id !== undefined) return id;
    context.addIssue('must be a positive integer below 2^53');
    return z.NEVER;
  })
  .meta({
    description: 'A positive integer.',
    example: 1,
    override: { type: 'integer', minimum: 1, maximum: maxEntityId },
  });

/** Names and texts of commands in the API documents. */

import { integerId, type IdType } from '../domain/id-type.ts';
import { capitalize, type Nouns } from '../domain/service/nouns.ts';
import type { NamedCommand } from '../domain/service/service.ts';

/** `Fit a port; succeeds if …`, without a full stop. */
export function summarize(
  { kind, verb, summary }: NamedCommand,
  { one }: Nouns,
  { generate }: Pick<IdType, 'generate'> = integerId,
): string {
  if (summary !== undefined) return summary;
  const text = `${capitalize(verb)} ${one}`;
  switch (kind) {
    case 'create':
      return generate === undefined ? text : `${text}; a new id is assigned if none is given`;
    case 'remove':
      return `${text}; succeeds if it does not exist`;
    case 'replace':
    case 'command':
      return text;
  }
}

/**
 * Returns the verb and the noun, or the last parameter: `registerDock`, `relocateDock`, `dockSlot` for
 * `PUT /docks/{id}/slots/{slot}`.
 */
export function nameOperation(
  { verb, params, operationId }: Pick<NamedCommand, 'verb' | 'params' | 'operationId'>,
  { noun }: Pick<Nouns, 'noun'>,
): string {
  const parameter = Object.keys(params)
    .at(-1)
    ?.replace(/(?<=.)Id$/, '');
  return operationId ?? verb + capitalize(parameter ?? noun);
}

/** The status of a successful response. With 204, it has no body. */
export function successStatusOf({ kind, method }: NamedCommand): 200 | 201 | 204 {
  if (kind === 'create') return 201;
  if (kind === 'replace') return 200;
  return kind === 'command' && method === 'post' ? 200 : 204;
}

/** Names and texts of commands and queries in the API documents. */

import { integerId, type IdType } from '../../domain/id-type.ts';
import { capitalize, toWords, withArticle, type Nouns } from '../../domain/service/nouns.ts';
import type { NamedCommand, NamedQuery } from '../../domain/service/service.ts';

/**
 * Returns the summary of the definition, or `Register a dock; …`, `Empty a slot of a dock`, `Mark as read: a message`. Without a
 * full stop.
 */
export function summarize(
  command: Pick<NamedCommand, 'kind' | 'verb' | 'params' | 'summary'>,
  { one }: Nouns,
  { generate }: Pick<IdType, 'generate'> = integerId,
): string {
  const { kind, verb, summary } = command;
  if (summary !== undefined) return summary;
  const words = capitalize(toWords(verb));
  const part = partOf(command);
  const object = part === undefined ? one : `${withArticle(toWords(part))} of ${one}`;
  const text = `${words}${words.includes(' ') ? ':' : ''} ${object}`;
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

/** Returns the summary of the definition, or `Docks: nearest`. */
export function summarizeQuery(
  { name, summary }: Pick<NamedQuery, 'name' | 'summary'>,
  { plural }: Nouns,
): string {
  return summary ?? `${capitalize(plural)}: ${toWords(name)}`;
}

/**
 * Returns the verb and the noun, or the part: `registerDock`, `relocateDock`, `emptySlot` for
 * `DELETE /docks/{id}/slots/{slotId}`.
 */
export function nameOperation(
  command: Pick<NamedCommand, 'kind' | 'verb' | 'params' | 'operationId'>,
  { noun }: Pick<Nouns, 'noun'>,
): string {
  return command.operationId ?? command.verb + capitalize(partOf(command) ?? noun);
}

/** Returns the part of the entity that the last parameter names: `slot` for `slotId`. A removal removes the whole entity. */
function partOf({ kind, params }: Pick<NamedCommand, 'kind' | 'params'>): string | undefined {
  if (kind === 'remove') return undefined;
  return Object.keys(params)
    .at(-1)
    ?.replace(/(?<=.)Id$/, '');
}

/** The status of a successful response. With 204, it has no body. */
export function successStatusOf({ kind, method }: NamedCommand): 200 | 201 | 204 {
  if (kind === 'create') return 201;
  if (kind === 'replace') return 200;
  return kind === 'command' && method === 'post' ? 200 : 204;
}

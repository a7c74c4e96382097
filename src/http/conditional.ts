/** Entity tags: an entity's version as HTTP knows it (RFC 9110, sections 8.8.3 and 13.1). */

import { Problem } from '../core/problem.ts';

/** The strong tag of a version: `"12"`. */
export function toEntityTag(version: number): string {
  return `"${version}"`;
}

/** What If-Match or If-None-Match names: any version, or these tags. */
export type TagCondition = { readonly any: true } | { readonly any: false; readonly tags: readonly string[] };

/** @throws Problem `malformed` when the header is neither `*` nor a list of entity tags. */
export function parseTags(name: string, header: string): TagCondition | undefined {
  const text = header.trim();
  if (text === '') return undefined;
  if (text === '*') return { any: true };
  const tags = text.match(/(?:W\/)?"[\x21\x23-\x7e]*"/g) ?? [];
  if (!/^(?:[\s,]*(?:W\/)?"[\x21\x23-\x7e]*"\s*(?:,|$))+[\s,]*$/.test(text)) {
    throw new Problem('malformed', `${name} must be * or a list of entity tags such as "12".`);
  }
  return { any: false, tags };
}

/** If-Match compares strongly: a weak tag never matches, and nothing matches an entity that is not there. */
export function matchesStrongly(condition: TagCondition, exists: boolean, version: number): boolean {
  return exists && (condition.any || condition.tags.includes(toEntityTag(version)));
}

/** If-None-Match compares weakly: `W/"12"` is as good as `"12"`. */
export function matchesWeakly(condition: TagCondition, version: number): boolean {
  return condition.any || condition.tags.some((tag) => tag.replace(/^W\//, '') === toEntityTag(version));
}

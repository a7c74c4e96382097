/** Entity tags: an entity's version as HTTP knows it (RFC 9110, sections 8.8.3 and 13.1). */

import type { Shown } from '../../eventlog/joined-resource.ts';

/**
 * The strong tag of a version: `"12"`. Where entities of other streams are shown with it, their newest version stands
 * behind: `"12;PORTS=7"` is another tag as soon as one of them changes.
 */
export function toEntityTag(version: number, shown: Shown = {}): string {
  return `"${[version, ...Object.entries(shown).map(([stream, newest]) => `${stream}=${newest}`)].join(';')}"`;
}

/** What If-Match or If-None-Match names: any version, or these tags. */
export type TagCondition = { readonly any: true } | { readonly any: false; readonly tags: readonly string[] };

/** The condition that a header of the form `*` or `"1", W/"2"` states; undefined without the header. */
export function readCondition(header: string | undefined): TagCondition | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  return text === '*' ? { any: true } : { any: false, tags: text.match(/(?:W\/)?"[\x21\x23-\x7e]*"/g) ?? [] };
}

/**
 * If-Match compares strongly: a weak tag never matches, and nothing matches an entity that is not there. What is shown of
 * other streams does not count: a write changes the entity alone.
 */
export function matchesStrongly(condition: TagCondition, exists: boolean, version: number): boolean {
  const isOwn = (tag: string) => tag === toEntityTag(version) || tag.startsWith(`"${version};`);
  return exists && (condition.any || condition.tags.some(isOwn));
}

/** If-None-Match compares weakly: `W/"12"` is as good as `"12"`. */
export function matchesWeakly(condition: TagCondition, entityTag: string): boolean {
  const strong = (tag: string) => tag.replace(/^W\//, '');
  return condition.any || condition.tags.some((tag) => strong(tag) === strong(entityTag));
}

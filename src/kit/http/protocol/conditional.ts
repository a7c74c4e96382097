/** Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13.1). */

import type { JoinedVersions } from '../../eventlog/joined-resource.ts';

/**
 * Returns the strong tag of a version: `"12"`. If the representation includes entities of other streams, the tag contains
 * their latest version too (`"12;PORTS=7"`), so that it changes when one of them changes.
 */
export function toEntityTag(version: number, joinedVersions: JoinedVersions = {}): string {
  return `"${[version, ...Object.entries(joinedVersions).map(([stream, latest]) => `${stream}=${latest}`)].join(';')}"`;
}

/** The value of If-Match or If-None-Match: any version, or a list of tags. */
export type TagCondition = { readonly any: true } | { readonly any: false; readonly tags: readonly string[] };

/** Parses a header such as `*` or `"1", W/"2"`. The header schema has already rejected any other form. */
export function readCondition(header: string | undefined): TagCondition | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  if (text === '*') return { any: true };
  return { any: false, tags: Array.from(text.matchAll(/(?:W\/)?"[\x21\x23-\x7e]*"/g), ([tag]) => tag) };
}

/**
 * Strong comparison, for If-Match: a weak tag never matches, and nothing matches an entity that does not exist. Versions of
 * other streams in the tag are ignored, because a write changes only the entity itself.
 */
export function matchesStrongly(condition: TagCondition, exists: boolean, version: number): boolean {
  const hasVersion = (tag: string) => tag === toEntityTag(version) || tag.startsWith(`"${version};`);
  return exists && (condition.any || condition.tags.some(hasVersion));
}

/** Weak comparison, for If-None-Match: `W/"12"` and `"12"` are equal. */
export function matchesWeakly(condition: TagCondition, entityTag: string): boolean {
  const strong = (tag: string) => tag.replace(/^W\//, '');
  return condition.any || condition.tags.some((tag) => strong(tag) === strong(entityTag));
}

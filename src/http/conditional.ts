/** Entity tags: an entity's version as HTTP knows it (RFC 9110, sections 8.8.3 and 13.1). */

/** The strong tag of a version: `"12"`. */
export function toEntityTag(version: number): string {
  return `"${version}"`;
}

/** What If-Match or If-None-Match names: any version, or these tags. */
export type TagCondition = { readonly any: true } | { readonly any: false; readonly tags: readonly string[] };

/** The condition that a header of the form `*` or `"1", W/"2"` states; undefined without the header. */
export function readCondition(header: string | undefined): TagCondition | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  return text === '*' ? { any: true } : { any: false, tags: text.match(/(?:W\/)?"[\x21\x23-\x7e]*"/g) ?? [] };
}

/** If-Match compares strongly: a weak tag never matches, and nothing matches an entity that is not there. */
export function matchesStrongly(condition: TagCondition, exists: boolean, version: number): boolean {
  return exists && (condition.any || condition.tags.includes(toEntityTag(version)));
}

/** If-None-Match compares weakly: `W/"12"` is as good as `"12"`. */
export function matchesWeakly(condition: TagCondition, entityTag: string): boolean {
  const strong = (tag: string) => tag.replace(/^W\//, '');
  return condition.any || condition.tags.some((tag) => strong(tag) === strong(entityTag));
}

/** Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13). */

import { Problem } from '../../domain/problem.ts';
import type { JoinedVersions } from '../../eventlog/joined-resource.ts';
import type { RequestHeaders } from './request-headers.ts';

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
  return { any: false, tags: Array.from(text.matchAll(/(?:W\/)?"[^"]*"/g), ([tag]) => tag) };
}

/** Weak comparison, for If-None-Match: `W/"12"` and `"12"` are equal. */
export function matchesWeakly(condition: TagCondition, entityTag: string): boolean {
  return condition.any || condition.tags.some((tag) => toStrong(tag) === toStrong(entityTag));
}

function toStrong(tag: string): string {
  return tag.replace(/^W\//, '');
}

/**
 * Returns whether the client of a read has the content already, so that the response is a 304.
 *
 * @throws Problem `precondition-failed` if If-Match does not allow the content.
 */
export function isUnchanged(headers: RequestHeaders, entityTag: string): boolean {
  const ifMatch = readCondition(headers['If-Match']);
  if (ifMatch !== undefined && !ifMatch.any && !ifMatch.tags.includes(entityTag)) {
    const wanted = ifMatch.tags.join(' or ');
    throw new Problem(
      'precondition-failed',
      `The content has the tag ${entityTag}, but If-Match requires ${wanted}.`,
    );
  }
  // The usual value is the tag of the previous response.
  if (headers['If-None-Match'] === entityTag) return true;
  const ifNoneMatch = readCondition(headers['If-None-Match']);
  return ifNoneMatch !== undefined && matchesWeakly(ifNoneMatch, entityTag);
}

/** What the preconditions of a write refer to. */
export type Target = {
  /** For messages: `laptop 1`. */
  readonly entity: string;
  /** The version of the entity, to which tags refer; undefined if it does not exist. */
  readonly version: number | undefined;
  /** What the path names: the entity, or an item in it. For messages. */
  readonly name: string;
  /** Whether this exists. `*` refers to it. */
  readonly exists: boolean;
};

export type Preconditions = {
  readonly ifMatch: TagCondition | undefined;
  readonly ifNoneMatch: TagCondition | undefined;
};

/** Returns the preconditions of a write; undefined if the request has none. */
export function readPreconditions(headers: RequestHeaders): Preconditions | undefined {
  const ifMatch = readCondition(headers['If-Match']);
  const ifNoneMatch = readCondition(headers['If-None-Match']);
  return ifMatch === undefined && ifNoneMatch === undefined ? undefined : { ifMatch, ifNoneMatch };
}

/**
 * Returns why a write must not be executed, or undefined. If-Match is evaluated first and with strong comparison,
 * If-None-Match with weak comparison (RFC 9110, section 13.2.2). Versions of other streams in a tag are ignored, because a
 * write changes only the entity itself.
 */
export function findFailure({ ifMatch, ifNoneMatch }: Preconditions, target: Target): string | undefined {
  if (ifMatch !== undefined && !holds(ifMatch, target, (tag) => tag)) {
    return `${describe(ifMatch, target)}, but If-Match requires ${ifMatch.any ? 'that it does' : ifMatch.tags.join(' or ')}.`;
  }
  if (ifNoneMatch !== undefined && holds(ifNoneMatch, target, toStrong)) {
    return `${describe(ifNoneMatch, target)}, ${ifNoneMatch.any ? 'but If-None-Match requires that it does not' : 'which If-None-Match excludes'}.`;
  }
  return undefined;
}

function holds(condition: TagCondition, { exists, version }: Target, normalize: (tag: string) => string) {
  if (condition.any) return exists;
  return version !== undefined && condition.tags.some((tag) => isOfVersion(normalize(tag), version));
}

function isOfVersion(tag: string, version: number): boolean {
  return tag === toEntityTag(version) || tag.startsWith(`"${version};`);
}

function describe({ any }: TagCondition, { entity, version, name, exists }: Target): string {
  if (any) return `${name} ${exists ? 'exists' : 'does not exist'}`;
  if (version === undefined) return `${entity} does not exist`;
  return `${entity} is at version ${version}, with the tag ${toEntityTag(version)}`;
}

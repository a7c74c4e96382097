/**
 * Names and titles: what people read on one line. The fold applies these rules too, so they must not depend on the Unicode version
 * of the runtime: ranges are fixed, and the properties used are immutable (Unicode Character Encoding Stability Policies).
 */

import { z } from 'zod';

/**
 * Schema of a name or title: one line of 1 to `max` UTF-16 code units after trimming. Rejects control characters, line separators,
 * bidirectional embeddings, overrides and isolates, unpaired surrogates, noncharacters, and texts without a visible character.
 */
export function text(max: number) {
  return z
    .string()
    .check(({ value, issues }) => {
      const message = findFault(value);
      if (message === undefined) return;
      // Unpaired surrogates were always rejected: JSON in UTF-8 cannot contain them.
      const params = { [acceptedOnceStored]: value.isWellFormed() };
      issues.push({ code: 'custom', message, input: value, continue: true, params });
    })
    .trim()
    .min(1)
    .max(max);
}

/** Marks an issue with a text that older versions of the kit stored. */
const acceptedOnceStored = 'acceptedOnceStored';

/**
 * Like `safeParse`, but accepts any characters in texts. For what may be older than the rules for them: stored events, and documents that
 * show their texts.
 */
export function parseStored<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success || !parsed.error.issues.every(isAcceptedOnceStored)) return parsed;
  // Such an issue does not abort: the value is complete, but `safeParse` withholds it.
  // oxlint-disable-next-line no-underscore-dangle
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) return parsed;
  // The value of a payload without other issues is the output of the schema.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { success: true, data: result.value as T };
}

function isAcceptedOnceStored(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.[acceptedOnceStored] === true;
}

const unfit = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Returns the text of a JSON value with escapes for the characters that a text must not contain: it can be shown in a terminal. */
export function escapeUnfit(json: string): string {
  return json.replaceAll(new RegExp(unfit, 'gu'), (character) =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/**
 * White space, Default_Ignorable_Code_Point of Unicode 17 (zero-width and format characters, fillers, variation selectors, tags), and
 * characters that are drawn blank.
 */
const invisible = [
  String.raw`\t-\r\u0020\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f`,
  String.raw`\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}`,
  String.raw`\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}`,
];
const visible = new RegExp(`[^${invisible.join('')}]`, 'u');

/** Most texts: printable ASCII. Faster to test than the rules. */
const plain = /^[!-~][ -~]*$/;

/** Returns what is wrong with a text. White space at both ends is not part of it. */
function findFault(sent: string): string | undefined {
  if (plain.test(sent)) return undefined;
  const trimmed = sent.trim();
  const found = unfit.exec(trimmed);
  if (found !== null) return `must not contain the ${kindOf(found[0])} ${locate(sent, found.index)}`;
  // The minimum length rejects an empty text.
  if (trimmed === '' || visible.test(trimmed)) return undefined;
  return `must contain a visible character; ${locate(sent, 0)} is not visible`;
}

function kindOf(character: string): string {
  if (/\p{Cc}/u.test(character)) return 'control character';
  if (/\p{Cs}/u.test(character)) return 'unpaired surrogate';
  if (/\p{Noncharacter_Code_Point}/u.test(character)) return 'noncharacter';
  return /[\u2028\u2029]/.test(character) ? 'line separator' : 'bidirectional control';
}

/** Describes a character of the trimmed text: `U+202E at position 5`, counted in characters of what was sent, from 1. */
function locate(sent: string, index: number): string {
  const at = sent.length - sent.trimStart().length + index;
  const code = (sent.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} at position ${Array.from(sent.slice(0, at)).length + 1}`;
}

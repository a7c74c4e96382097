/** The names that `portside new` accepts. */

import { operationNouns, replyFields } from '../domain/service/reserved-names.ts';

/** The name of a package, a folder, a path segment, and a token of subjects. */
const namePattern = /^[a-z][a-z0-9]*$/;
const maxLength = 32;

/** Names that cannot be used, by what uses them. */
const reserved: Readonly<Record<string, readonly string[]>> = {
  'a path of every service': ['docs', 'page', 'problems'],
  'a dependency of the package': ['portside', 'typescript', 'zod'],
  'a field of replies': replyFields,
  'an operation of every service': operationNouns,
  'a type of the kit': ['contract', 'rejection'],
};

/**
 * Returns the singular of the name of a service: `docks` → `dock`, `batteries` → `battery`.
 *
 * @throws Error if the name does not look like a plural.
 */
export function singularOf(name: string): string {
  if (/[^aeiou]ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(?:[sx]|ch|sh)es$/.test(name)) return name.replace(/es$/, '');
  if (/[^s]s$/.test(name) && name.length > 2) return name.replace(/s$/, '');
  throw new Error(`"${name}" is not a regular plural; give the singular with --noun`);
}

/** @throws Error that states what is wrong with the name of the service or the noun. */
export function checkNames(name: string, noun: string): void {
  checkName('name', name);
  checkName('noun', noun);
  if (name === noun)
    throw new Error(`the noun "${noun}" is also the name; expected the singular of the name`);
}

/** @throws Error that states what is wrong with the value. */
export function checkName(kind: 'name' | 'noun', value: string): void {
  if (!namePattern.test(value)) {
    throw new Error(
      `the ${kind} "${value}" must consist of lower-case letters and digits and begin with a letter`,
    );
  }
  if (value.length > maxLength)
    throw new Error(`the ${kind} "${value}" has more than ${maxLength} characters`);
  for (const [use, values] of Object.entries(reserved))
    if (values.includes(value)) throw new Error(`the ${kind} "${value}" is reserved: it is ${use}`);
}

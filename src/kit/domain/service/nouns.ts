/** The words for an entity in texts, names and JSON fields. */
export type Nouns = {
  /** Singular: `laptop`. */
  readonly noun: string;
  /** Plural: `laptops`. */
  readonly plural: string;
  /** `a laptop`, `an adapter`. */
  readonly one: string;
};

export type NounOptions = {
  /** Singular, lower case: `battery`. Part of schema names and JSON fields. */
  readonly noun: string;
  /** Default: the name of the service. */
  readonly plural?: string;
  /** Default: `an` before a vowel, otherwise `a`. */
  readonly article?: 'a' | 'an';
};

/** @param name of the service: `laptops`. */
export function nounsOf(name: string, { noun, plural = name, article }: NounOptions): Nouns {
  return { noun, plural, one: `${article ?? (/^[aeiou]/.test(noun) ? 'an' : 'a')} ${noun}` };
}

/** `laptop` → `Laptop` */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

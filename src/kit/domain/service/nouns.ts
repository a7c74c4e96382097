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
  return { noun, plural, one: article === undefined ? withArticle(noun) : `${article} ${noun}` };
}

/** `slot` → `a slot`; `adapter` → `an adapter` */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** `markAsRead` → `mark as read` */
export function toWords(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z](?=[a-z]|$)/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** `laptop` → `Laptop` */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

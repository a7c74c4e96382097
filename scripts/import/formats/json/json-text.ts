/** A JSON value and the line where it begins. A value beyond {@link maxLength} may be incomplete. */
export type JsonText = { readonly line: number; readonly text: string };

/** Maximum length of an object, in characters. A longer one is unlikely to be a row, and the file is not read further. */
export const maxLength = 1024 * 1024;

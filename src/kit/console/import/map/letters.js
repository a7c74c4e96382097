/** Returns the letters and digits of a name, in lower case: `lampid` for `Lamp ID`. @param {string} name */
export function lettersOf(name) {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

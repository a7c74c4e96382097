/**
 * Returns a JSON value with all its texts in Unicode Normalization Form C, so that two spellings of one name are stored as one: `é` is one
 * character or two. For input only: another Unicode version may normalize differently, so a fold must not.
 */
export function normalizeTexts(value: unknown): unknown {
  return isNormalized(value) ? value : copyNormalized(value);
}

/** Nearly all values are, so they are not copied. */
function isNormalized(value: unknown): boolean {
  if (typeof value === 'string') return value.normalize() === value;
  return typeof value !== 'object' || value === null || Object.values(value).every(isNormalized);
}

function copyNormalized(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize();
  if (Array.isArray(value)) return value.map(copyNormalized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copyNormalized(field)]));
}

/** Frozen values: domain code that modifies one in place fails, because modules are in strict mode. */

/** Returns a copy of a JSON value that cannot be modified. Anything else in it is not copied. */
export function frozenCopy<Value>(value: Value): Value {
  // The copy of a JSON value has its type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return copyOf(value) as Value;
}

/** Freezes a JSON value itself, for values that are compared by identity. */
export function freezeInPlace(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const field of Object.values(value)) freezeInPlace(field);
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(copyOf));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOf(field)])));
}

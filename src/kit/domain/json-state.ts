/** States are JSON, because snapshots store them as JSON: a `Map` or a `Date` would be different after a restart. */

/**
 * `T`, if its values are JSON; otherwise a type that `T` is not assignable to. A property with the value `undefined` counts
 * as absent; `freeze` leaves it out.
 */
export type Json<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends bigint | symbol | ((...parameters: never) => unknown)
    ? never
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : never;

/** No restriction if `State` is JSON; otherwise a type without values, so that the definition does not compile. */
export type RequireJson<State> = [State] extends [Json<State>]
  ? unknown
  : { readonly 'the state of an entity must be JSON: no Map, Set, Date, function, symbol or bigint': never };

/** A state cannot be stored as JSON without a change. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/** @throws NotJson if JSON does not preserve `value`. `path` names the value in the message: `laptop 7`. */
export function assertJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Object.is(value, -0))
      fail(path, String(Object.is(value, -0) ? '-0' : value));
  } else if (Array.isArray(value)) {
    // Not `forEach`, which skips holes.
    for (let index = 0; index < value.length; index++) assertJson(value[index], `${path}[${index}]`);
  } else if (typeof value === 'object') {
    assertPlainObject(value, path);
    for (const [key, field] of Object.entries(value)) {
      if (field !== undefined) assertJson(field, `${path}.${key}`);
    }
  } else fail(path, typeof value);
}

function assertPlainObject(value: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) fail(path, value.constructor.name);
  if (Object.getOwnPropertySymbols(value).length > 0) fail(path, 'an object with a symbol as a key');
}

function fail(path: string, kind: string): never {
  throw new NotJson(`${path} is not JSON: ${kind}`);
}

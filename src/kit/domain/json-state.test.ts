import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { assertJson, NotJson, type RequireJson } from './json-state.ts';

function failureOf(value: unknown): string {
  try {
    assertJson(value, 'state');
    return 'none';
  } catch (error) {
    if (error instanceof NotJson) return String(error);
    throw error;
  }
}

const test = suite('assertJson');

test('accepts every JSON value', () =>
  fc.assert(
    // JSON has no negative zero.
    fc.property(fc.json(), (text) => assert.is(failureOf(JSON.parse(text.replaceAll('-0', '0'))), 'none')),
  ));
test('accepts objects without a prototype, and properties with the value undefined', () => {
  assert.is(failureOf(Object.assign(Object.create(null), { a: 1 })), 'none');
  assert.is(failureOf({ a: undefined }), 'none');
});
test('rejects values that JSON changes, and names the place', () => {
  class Point {
    readonly x = 1;
  }
  const cases: [unknown, string][] = [
    [{ ports: new Map() }, 'state.ports is not JSON: Map'],
    [{ ports: [1, new Set([1])] }, 'state.ports[1] is not JSON: Set'],
    [{ since: new Date(0) }, 'state.since is not JSON: Date'],
    [{ at: new Point() }, 'state.at is not JSON: Point'],
    [{ size: Number.NaN }, 'state.size is not JSON: NaN'],
    [{ size: -Infinity }, 'state.size is not JSON: -Infinity'],
    [-0, 'state is not JSON: -0'],
    [{ size: 1n }, 'state.size is not JSON: bigint'],
    [[undefined], 'state[0] is not JSON: undefined'],
    [Array.from({ length: 1 }), 'state[0] is not JSON: undefined'],
    [{ toJSON: () => 1 }, 'state.toJSON is not JSON: function'],
    [{ [Symbol('a')]: 1 }, 'state is not JSON: an object with a symbol as a key'],
    [Symbol('a'), 'state is not JSON: symbol'],
  ];
  for (const [value, message] of cases) assert.is(failureOf(value), `NotJson: ${message}`);
});
test('accepts only values that are equal after they were stored and read', () =>
  fc.assert(
    fc.property(fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true }), (value) => {
      if (failureOf(value) !== 'none') return;
      assert.equal(JSON.parse(JSON.stringify(value)), withoutUndefined(value));
    }),
  ));
test.run();

/** Returns a copy of the value without the properties that are undefined. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutUndefined(field)]));
}

/** Each declaration compiles only if the state is JSON. */
interface Nested {
  readonly list: readonly { readonly name?: string | null }[];
}
const accepted: RequireJson<Nested | undefined> = {};
// @ts-expect-error A Map is not JSON.
const map: RequireJson<{ readonly ports: Map<number, string> }> = {};
// @ts-expect-error A Date is not JSON.
const date: RequireJson<{ readonly list: readonly { readonly at: Date }[] } | undefined> = {};
// @ts-expect-error A bigint is not JSON.
const bigint: RequireJson<{ readonly size: bigint }> = {};

const types = suite('RequireJson');
types('is checked by the compiler', () => assert.equal([accepted, map, date, bigint], [{}, {}, {}, {}]));
types.run();

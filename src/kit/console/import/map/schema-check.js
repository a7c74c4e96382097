/** Checks a value against a JSON Schema, as far as the console knows it. The service decides about everything else. */

/** @typedef {import('../../contract/openapi.js').Schema} Schema */

/** Returns what is wrong with a value, or undefined. @param {Schema} schema @param {unknown} value @returns {string | undefined} */
export function complain(schema, value) {
  const { $ref, anyOf, oneOf, enum: choices, const: constant, type } = schema;
  if ($ref !== undefined) return undefined;
  const alternatives = anyOf ?? oneOf;
  if (alternatives !== undefined) {
    const complaints = alternatives.map((alternative) => complain(alternative, value));
    return complaints.includes(undefined) ? undefined : complaints[0];
  }
  if (constant !== undefined && value !== constant) return `must be ${JSON.stringify(constant)}`;
  if (choices !== undefined && !choices.includes(value)) return `must be one of: ${choices.join(', ')}`;
  const complaints = [type]
    .flat()
    .flatMap((name) => (name === undefined ? [] : [ofType(name, schema, value)]));
  return complaints.includes(undefined) ? undefined : complaints[0];
}

/** @param {string} type @param {Schema} schema @param {unknown} value @returns {string | undefined} */
function ofType(type, schema, value) {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value) && isInRange(schema, Number(value))
        ? undefined
        : `must be a whole number${describeRange(schema)}`;
    case 'number':
      return Number.isFinite(value) && isInRange(schema, Number(value))
        ? undefined
        : `must be a number${describeRange(schema)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'string':
      return typeof value === 'string' ? ofText(schema, value) : 'must be a text';
    case 'array':
      return Array.isArray(value) ? ofItems(schema, value) : 'must be a list';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? undefined
        : 'must be an object';
    case 'null':
      return value === null ? undefined : 'must be null';
    default:
      return undefined;
  }
}

/** @param {Schema} schema @param {string} text */
function ofText({ minLength = 0, maxLength = Infinity, pattern }, text) {
  if (text.length > maxLength) return `is longer than ${maxLength} characters`;
  if (text.length < minLength) return `is shorter than ${minLength} characters`;
  return pattern === undefined || matches(pattern, text)
    ? undefined
    : `must be a text that matches ${pattern}`;
}

/** True for a pattern that a browser does not know. @param {string} pattern @param {string} text */
function matches(pattern, text) {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

/** @param {Schema} schema @param {readonly unknown[]} list */
function ofItems({ items }, list) {
  if (items === undefined) return undefined;
  const found = list.map((item) => complain(items, item)).find((complaint) => complaint !== undefined);
  return found && `each value ${found}`;
}

/** @param {Schema} schema @param {number} value */
function isInRange({ minimum = -Infinity, maximum = Infinity }, value) {
  return value >= minimum && value <= maximum;
}

/** @param {Schema} schema */
function describeRange({ minimum, maximum }) {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

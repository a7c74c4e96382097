/** Compares a row with the entity that already has its id. */

/**
 * Returns how they differ, in the words of `npm run import`; undefined if the entity has all values of the row. A field that the
 * document does not have cannot be compared.
 *
 * @param {Record<string, unknown>} body
 * @param {import('../../store/table.js').Entity} entity
 * @param {Pick<import('../../contract/contract.js').Contract, 'columns' | 'noun'>} contract
 */
export function describeDifference(body, entity, { columns, noun }) {
  for (const [name, value] of Object.entries(body)) {
    const reference = name.replace(/Id$/, '');
    const isShown = columns.some((column) => column.name === name || column.name === reference);
    // A document may embed a reference: `portId` is in `port.id`.
    const stored = entity[name] ?? Object(entity[reference]).id ?? null;
    if (isShown && textOf(stored) !== textOf(value)) {
      const difference = `its ${name} is ${JSON.stringify(stored)}, not ${JSON.stringify(value)}`;
      return `differs, the ${noun} is left unchanged: ${difference}`;
    }
  }
  return undefined;
}

/** @param {unknown} value */
function textOf(value) {
  return JSON.stringify(value).normalize();
}

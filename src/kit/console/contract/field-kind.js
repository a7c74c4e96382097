/** How a value is entered. @param {import('./openapi.js').Schema} schema @returns {'choice' | 'boolean' | 'number' | 'text' | 'json'} */
export function kindOf({ type, enum: choices }) {
  const types = [type].flat();
  if (choices !== undefined) return 'choice';
  if (types.includes('boolean')) return 'boolean';
  if (types.includes('integer') || types.includes('number')) return 'number';
  return types.includes('string') ? 'text' : 'json';
}

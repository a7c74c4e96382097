/** @typedef {import('../contract/contract.js').Command} Command */

/**
 * Splits the input of a command into its path and its body.
 *
 * @param {Command} command @param {import('../contract/ids.js').Id} id @param {Record<string, unknown>} input
 * @returns {{ method: string, path: string, body?: object }}
 */
export function toRequest({ method, path, params, forms }, id, input) {
  const isParam = (/** @type {string} */ name) => params.some((param) => param.name === name);
  const values = { ...input, id };
  const rest = Object.entries(input).filter(([name]) => !isParam(name));
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(Object(values)[name]))),
    ...(forms.length > 0 && { body: Object.fromEntries(rest) }),
  };
}

/** Requests for the queries of the service. */

/** Returns the path of a query with its parameters. @param {import('./contract.js').Query} query @param {object} params */
export function pathOf({ path }, params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

/** @param {import('./api.js').Request} request */
export function createAsk(request) {
  return (/** @type {import('./contract.js').Query} */ query, /** @type {object} */ params) =>
    request('GET', pathOf(query, params));
}

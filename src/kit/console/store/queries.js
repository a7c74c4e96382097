/** Paths with parameters, and requests for the queries of the service. */

/** Returns a path with its parameters, except for undefined ones. @param {{ path: string }} target @param {object} params */
export function pathOf({ path }, params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

/** @param {import('./api.js').Request} request */
export function createAsk(request) {
  return (/** @type {{ path: string }} */ query, /** @type {object} */ params) =>
    request('GET', pathOf(query, params));
}

/**
 * The address of a path of the service, relative to the page: behind a gateway, both may be below another path.
 *
 * @param {string} path
 */
export function toAddress(path) {
  return `.${path}`;
}

/** Whether a browser requests this path. It resolves `.` and `..`, so it would request another one. @param {string} path */
export function isReachable(path) {
  return !path
    .slice(1)
    .split('/')
    .some((segment) => ['', '.', '..'].includes(segment));
}

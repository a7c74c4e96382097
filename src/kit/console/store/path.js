/** Whether a browser requests this path. It resolves `.` and `..`, so it would request another one. @param {string} path */
export function isReachable(path) {
  return !path
    .slice(1)
    .split('/')
    .some((segment) => ['', '.', '..'].includes(segment));
}

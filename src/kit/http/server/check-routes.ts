import type { Operation } from './operation.ts';

type Route = { readonly path: string; readonly method: string; readonly name: string };

/**
 * Finds operations that can never be reached, because another one has the same name, or the same method and path.
 *
 * @throws TypeError that names both.
 */
export function checkRoutes(operations: readonly Operation[]): void {
  const routes = operations.flatMap(({ paths, method, name }): Route[] =>
    paths.map((path) => ({ path, method, name })),
  );
  for (const [index, later] of routes.entries()) {
    for (const earlier of routes.slice(0, index)) {
      if (isShadowed(earlier, later)) {
        throw new TypeError(`${describe(later)} collides with ${describe(earlier)}`);
      }
    }
  }
  const byName = new Map<string, Operation>();
  for (const operation of operations) {
    const other = byName.get(operation.name);
    byName.set(operation.name, operation);
    if (other !== undefined) {
      const [one, two] = [other, operation].map(({ method, paths, name }) =>
        describe({ method, path: paths[0], name }),
      );
      throw new TypeError(`${two} has the same name as ${one}`);
    }
  }
}

/** Whether every request for `later` is a request for `earlier`. */
function isShadowed(earlier: Route, later: Route): boolean {
  if (earlier.path === later.path) return earlier.method === later.method;
  const [first, second] = [earlier.path.split('/'), later.path.split('/')];
  return (
    first.length === second.length &&
    first.every((segment, index) => segment.startsWith('{') || segment === second[index])
  );
}

function describe({ method, path, name }: Route): string {
  return `${method.toUpperCase()} ${path} (${name})`;
}

import { integerId, type IdType } from '../../domain/id-type.ts';
import type { Operation } from './operation.ts';

type Route = { readonly path: string; readonly method: string; readonly name: string };

/**
 * Finds operations that can never be reached, because another one has the same name, or the same method and path, and
 * entities that could not be reached, because their ids are part of another path: `/parcels/events`.
 *
 * @throws TypeError that names both.
 */
export function checkRoutes(operations: readonly Operation[], id: IdType = integerId): void {
  const routes = operations.flatMap(({ paths, method, name }): Route[] =>
    paths.map((path) => ({ path, method, name })),
  );
  for (const [index, later] of routes.entries()) {
    for (const earlier of routes.slice(0, index)) {
      if (isShadowed(earlier, later)) {
        throw new TypeError(`${describe(later)} collides with ${describe(earlier)}`);
      }
      const hidden = findHiddenId(earlier, later, id);
      if (hidden !== undefined) {
        throw new TypeError(
          `"${hidden}" in ${describe(earlier)} and ${describe(later)} could be an id: ids match ${id.form}`,
        );
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

/** Returns the fixed segment of one path that could be the id in the other, if a request could match both paths. */
function findHiddenId(one: Route, other: Route, { parse }: IdType): string | undefined {
  const [first, second] = [one.path.split('/'), other.path.split('/')];
  if (first.length !== second.length) return undefined;
  let hidden: string | undefined;
  for (const [index, segment] of first.entries()) {
    const opposite = second[index] ?? '';
    const [fixed, parameter] = segment.startsWith('{') ? [opposite, segment] : [segment, opposite];
    if (fixed.startsWith('{') || fixed === parameter) continue;
    if (!parameter.startsWith('{')) return undefined;
    if (parameter !== '{id}') continue;
    if (parse(fixed) === undefined) return undefined;
    hidden = fixed;
  }
  return hidden;
}

function describe({ method, path, name }: Route): string {
  return `${method.toUpperCase()} ${path} (${name})`;
}

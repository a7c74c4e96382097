/** Finds the route of a request path. */

export type Match<Route> = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Returns undefined if there is no route, and for a parameter that is not percent-encoded UTF-8. It does not throw. */
export type FindRoute<Route> = (path: string) => Match<Route> | undefined;

/**
 * @param routes by path in OpenAPI notation: `/ports/{id}`. A path without parameters takes precedence; of the others, the first one.
 */
export function createRouteTable<Route>(routes: ReadonlyMap<string, Route>): FindRoute<Route> {
  const fixed = new Map<string, Match<Route>>();
  const patterns: { readonly pattern: RegExp; readonly route: Route }[] = [];
  for (const [path, route] of routes) {
    if (path.includes('{')) patterns.push({ pattern: toPattern(path), route });
    else fixed.set(path, { route, params: {} });
  }

  return (path) => {
    const match = fixed.get(path);
    if (match !== undefined) return match;
    for (const { pattern, route } of patterns) {
      const groups = pattern.exec(path)?.groups;
      if (groups === undefined) continue;
      const params = path.includes('%') ? decode(groups) : groups;
      return params && { route, params };
    }
    return undefined;
  };
}

function toPattern(path: string): RegExp {
  const segments = path
    .split(/\{(\w+)\}/)
    .map((text, index) =>
      index % 2 === 1 ? `(?<${text}>[^/]+)` : text.replaceAll(/[^\w/-]/g, String.raw`\$&`),
    );
  return new RegExp(`^${segments.join('')}$`);
}

function decode(params: Readonly<Record<string, string>>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return undefined;
  }
}

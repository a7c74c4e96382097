/** Returns `read`, but with one call for the same key at a time, whose result is reused for a while. */
export function reuse<Result>(
  milliseconds: number,
  read: (key: string) => Promise<Result>,
): (key?: string) => Promise<Result> {
  const results = new Map<string, { readonly result: Promise<Result>; expiresAt: number }>();
  return (key = '') => {
    const now = performance.now();
    for (const [other, { expiresAt }] of results) if (expiresAt < now) results.delete(other);
    const known = results.get(key);
    if (known !== undefined) return known.result;
    const entry = { result: read(key), expiresAt: Infinity };
    results.set(key, entry);
    const expire = (after: number) => () => {
      entry.expiresAt = performance.now() + after;
    };
    entry.result.then(expire(milliseconds), expire(0));
    return entry.result;
  };
}

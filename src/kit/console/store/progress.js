/**
 * Progress of the replica on the service's own stream. Unknown values are null.
 *
 * @param {import('../../api/responses/documents.ts').ServiceStatus | undefined} status
 * @returns {{ applied: number, last: number | null, lag: number | null }}
 */
export function progressOf(status) {
  const own = status?.streams[status.stream];
  const applied = own?.applied ?? 0;
  const last = own?.last ?? null;
  return { applied, last, lag: last === null ? null : last - applied };
}

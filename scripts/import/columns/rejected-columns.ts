/** Columns that the import adds to rejected rows. It ignores them when the rows are imported again. */
export const rejectedColumns = { line: 'rejected_line', reason: 'rejected_reason' } as const;

export function isRejectedColumn(name: string): boolean {
  return name === rejectedColumns.line || name === rejectedColumns.reason;
}

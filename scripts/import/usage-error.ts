/** The command line is invalid; nothing was imported. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

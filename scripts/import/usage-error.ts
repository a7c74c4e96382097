/** The command line asks for something that cannot be done; nothing was begun. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** For tests of the client: what a call fails with. */

import { ProblemError } from '../../../src/kit/client/problem-error.ts';

/** The problem that `call` is rejected with; throws when it is not. */
export async function problemOf(call: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProblemError) return error;
  throw new Error(`no problem, but ${String(error)}`);
}

import { ProblemError } from '../../../src/kit/client/problem-error.ts';

/** Returns the `ProblemError` with which `call` rejects. Throws if it fulfils or rejects with another error. */
export async function problemOf(call: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProblemError) return error;
  throw new Error(`expected a ProblemError, got ${String(error)}`);
}

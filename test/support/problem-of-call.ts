import { Problem } from '../../src/kit/domain/problem.ts';

/** Returns the problem that a function throws. Other errors are thrown on; so is one if the function returns. */
export function problemOfCall(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('no problem was thrown');
}

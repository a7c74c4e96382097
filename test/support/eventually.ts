/** Waits for a condition, never for a time. */

/**
 * Calls `check` until it stops throwing, and returns what it returns.
 *
 * @param timeoutMs milliseconds after which the last failure is thrown.
 * @param pauseMs milliseconds between two tries; more of them for a check that costs much.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  timeoutMs = 15_000,
  pauseMs = 20,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

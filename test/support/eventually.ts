/**
 * Calls `check` repeatedly until it does not throw, and returns its result.
 *
 * @param timeoutMs after this many milliseconds, the last error is thrown.
 * @param pauseMs milliseconds between two calls. Use a longer pause for an expensive check.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  timeoutMs = 30_000,
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

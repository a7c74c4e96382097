export type ReadinessConfig = {
  /** How long a replica without NATS stays ready and serves reads from memory, in ms. */
  readonly graceMs: number;
  /** How long every stream must be read without interruption before an outage is over, in ms. */
  readonly settleMs: number;
};

/** Decides whether a started replica may receive traffic during and after a NATS outage. */
export type Readiness = {
  onInterrupted(stream: string): void;
  onCaughtUp(stream: string): void;
  /** Returns undefined if the replica may receive traffic, otherwise the reason. */
  notReadyReason(): string | undefined;
};

/**
 * A NATS outage affects all replicas at the same time, so it must not make all of them unready at once: they serve reads
 * from memory, with an `Age` header. A replica becomes unready only when the outage exceeds the grace period. The outage
 * is over when all streams have been read for the settle time; a shorter recovery does not end it. A replica with an
 * unstable connection therefore neither alternates between ready and unready nor gets a new grace period each time.
 *
 * @param now returns milliseconds of a monotonic clock.
 */
export function createReadiness(
  { graceMs, settleMs }: ReadinessConfig,
  now: () => number = () => performance.now(),
): Readiness {
  const interrupted = new Set<string>();
  let outage: { readonly since: number; recoveredAt: number } | undefined;

  function endOutageIfSettled() {
    if (outage !== undefined && now() - outage.recoveredAt >= settleMs) outage = undefined;
  }

  return {
    onInterrupted(stream) {
      endOutageIfSettled();
      interrupted.add(stream);
      outage = { since: outage?.since ?? now(), recoveredAt: Infinity };
    },

    onCaughtUp(stream) {
      if (!interrupted.delete(stream) || interrupted.size > 0 || outage === undefined) return;
      outage.recoveredAt = now();
    },

    notReadyReason() {
      endOutageIfSettled();
      if (outage === undefined) return undefined;
      const durationMs = now() - outage.since;
      if (durationMs < graceMs) return undefined;
      const seconds = Math.round(durationMs / 1000);
      return interrupted.size > 0
        ? `${[...interrupted].join(', ')} not received from NATS for ${seconds} s`
        : 'NATS is available again, but not for long enough';
    },
  };
}

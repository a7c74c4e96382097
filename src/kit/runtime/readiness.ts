export type ReadinessConfig = {
  /** How long a replica without NATS stays ready and serves reads from memory, in ms. */
  readonly graceMs: number;
  /** How long every stream must be read without interruption before an outage is over, in ms. */
  readonly settleMs: number;
};

/** Decides whether a started replica may receive traffic during and after a NATS outage. */
export type Readiness = {
  /** The replay of the stream was interrupted. */
  onBroken(stream: string): void;
  /** The replay of the stream has caught up. */
  onMended(stream: string): void;
  /** Returns undefined if the replica may receive traffic, otherwise the reason. */
  whyNot(): string | undefined;
};

/**
 * A NATS outage affects all replicas at the same time, so it must not make all of them unready at once: they serve reads
 * from memory, with an `Age` header. A replica becomes unready only when the outage exceeds the grace period. The outage
 * is over when the streams have settled; a shorter return does not end it. So a replica with an unstable connection
 * neither alternates between ready and unready nor gets a new grace period each time.
 *
 * @param now returns milliseconds of a monotonic clock.
 */
export function createReadiness(
  { graceMs, settleMs }: ReadinessConfig,
  now: () => number = () => performance.now(),
): Readiness {
  const broken = new Set<string>();
  let outage: { readonly since: number; mendedAt: number } | undefined;

  function endOutageIfSettled() {
    if (outage !== undefined && now() - outage.mendedAt >= settleMs) outage = undefined;
  }

  return {
    onBroken(stream) {
      endOutageIfSettled();
      broken.add(stream);
      outage = { since: outage?.since ?? now(), mendedAt: Infinity };
    },

    onMended(stream) {
      if (!broken.delete(stream) || broken.size > 0 || outage === undefined) return;
      outage.mendedAt = now();
    },

    whyNot() {
      endOutageIfSettled();
      if (outage === undefined) return undefined;
      const lasted = now() - outage.since;
      if (lasted < graceMs) return undefined;
      const seconds = Math.round(lasted / 1000);
      return broken.size > 0
        ? `${[...broken].join(', ')} not received from NATS for ${seconds} s`
        : 'NATS is available again, but not for long enough';
    },
  };
}

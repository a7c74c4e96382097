/** Whether a replica that has started may get traffic while NATS comes and goes. */

export type ReadinessConfig = {
  /** Milliseconds without NATS that a replica may go on answering reads from memory. */
  readonly graceMs: number;
  /** Milliseconds that every stream has to come without a break before an outage is over. */
  readonly settleMs: number;
};

export type Readiness = {
  /** The stream breaks off. */
  onBroken(stream: string): void;
  /** The stream comes again, and all of it that was missed is applied. */
  onMended(stream: string): void;
  /** Undefined when the replica may get traffic, or the reason why not. */
  whyNot(): string | undefined;
};

/**
 * Losing NATS makes no replica unready at once, since all of them lose it together: reads go on, marked with their age.
 * Only an outage that is longer than the grace period does. It is over when the streams have settled; until then a
 * short return does not end it, so that a replica whose connection flaps is neither in and out of traffic nor given
 * a new grace period each time.
 *
 * @param now milliseconds of a clock that never jumps.
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
        ? `no news of ${[...broken].join(', ')} from NATS for ${seconds} s`
        : 'NATS is back, but not for long enough';
    },
  };
}

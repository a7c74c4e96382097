/** Steps from event to event. */

/**
 * The positions at which one can stop: those of the messages of an entity, or all.
 *
 * @param {boolean} isLive
 * @param {number} position
 * @param {number} last
 * @param {readonly { position: number }[] | undefined} own
 */
export function stepsFrom(isLive, position, last, own) {
  if (own === undefined) {
    const by = (/** @type {number} */ count) => {
      const next = position + count;
      return next < 0 || next > last ? undefined : next;
    };
    return { first: Math.min(1, last), by };
  }
  const positions = own.map((entry) => entry.position);
  const current = isLive ? positions.length - 1 : positions.findLastIndex((each) => each <= position);
  return { first: positions[0], by: (/** @type {number} */ count) => positions[current + count] };
}

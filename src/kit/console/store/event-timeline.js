/** The events of the stream over time, for the time bar. */

/**
 * Times are in ms since the epoch.
 *
 * @typedef {import('../../api/responses/documents.ts').EventTimeline} EventTimeline
 * @typedef {Omit<EventTimeline['buckets'][number], 'time'> & { time: number }} Bucket
 * @typedef {{ version: string, position: number, time: number }} Version
 * @typedef {{ position: number, bucketMs: number, buckets: Bucket[], versions: Version[], from: number, to: number }} Timeline `from` and
 *   `to`: the time range of the buckets
 */

/** @param {EventTimeline} document @returns {Timeline | undefined} undefined without events */
export function toTimeline({ position, bucketMs, buckets, versions }) {
  const toTime = (/** @type {{ time: string }} */ { time }) => Date.parse(time);
  const first = buckets[0];
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    position,
    bucketMs,
    buckets: buckets.map((bucket) => ({ ...bucket, time: toTime(bucket) })),
    versions: versions.map((version) => ({ ...version, time: toTime(version) })),
    from: toTime(first),
    to: toTime(last) + bucketMs,
  };
}

/** The time of a position, accurate to an interval. @param {Timeline} timeline @param {number} position */
export function timeAt({ position: last, bucketMs, buckets, from, to }, position) {
  if (position >= last) return to;
  const index = buckets.findLastIndex((bucket) => bucket.position <= position);
  const bucket = buckets[index];
  if (bucket === undefined) return from;
  const end = buckets[index + 1]?.position ?? last + 1;
  return bucket.time + (bucketMs * (position - bucket.position + 0.5)) / (end - bucket.position);
}

/** The last position at a time, accurate to an interval. @param {Timeline} timeline @param {number} time */
export function positionAt({ position: last, bucketMs, buckets }, time) {
  const index = buckets.findLastIndex((bucket) => bucket.time <= time);
  const bucket = buckets[index];
  if (bucket === undefined) return 0;
  const end = buckets[index + 1]?.position ?? last + 1;
  const part = Math.min(1, (time - bucket.time) / bucketMs);
  return Math.max(
    bucket.position,
    Math.min(end - 1, bucket.position + Math.floor(part * (end - bucket.position))),
  );
}

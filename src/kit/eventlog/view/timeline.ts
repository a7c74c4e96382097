/**
 * The messages of a stream over time: how many there are per interval, and when another version of the service began to append.
 * It depends on the messages alone, so that every replica has the same, and needs the same memory for any number of messages.
 */

/** An interval with at least one message. */
export type TimelineBucket = {
  /** Its begin, in ms since the epoch: a multiple of the width. */
  readonly time: number;
  /** Position of its first message. */
  readonly position: number;
  /** Number of messages, including rejected ones. */
  readonly messages: number;
  readonly rejected: number;
};

/** A version of the service that began to append. */
export type VersionStart = {
  readonly version: string;
  /** Its first event since then. Times are in ms since the epoch. */
  readonly position: number;
  readonly time: number;
  readonly lastTime: number;
};

export type TimelineImage = {
  /** Width of an interval, in ms. */
  readonly bucketMs: number;
  /** By ascending time. */
  readonly buckets: readonly TimelineBucket[];
  /** By ascending position. */
  readonly versions: readonly VersionStart[];
};

export type Timeline = {
  /** Adds the next message of the stream. */
  record(message: TimelineMessage, isRejected: boolean): void;
  /** Returns a copy. */
  capture(): TimelineImage;
};

type TimelineMessage = {
  readonly position: number;
  readonly time: number;
  readonly version?: string | undefined;
};

/** The intervals from the first to the last message are at most this many. */
const maxBuckets = 600;
/** At most this many version starts are retained: the latest ones. */
const maxVersions = 200;
/**
 * Replicas of two versions append in turns during a rolling update. A version that was replaced begins again only if it has
 * not appended for this long, in ms.
 */
const rollingUpdateMs = 5 * 60_000;

const [millisecond, second, minute, hour, day] = [1, 1_000, 60_000, 3_600_000, 86_400_000];
/** Widths of an interval, in ms. Each is a multiple of the previous one, so that intervals can be merged. */
const widths = [
  ...[1, 5, 10, 50, 100, 500].map((count) => count * millisecond),
  ...[1, 5, 15, 30].map((count) => count * second),
  ...[1, 5, 15, 30].map((count) => count * minute),
  ...[1, 3, 6, 12].map((count) => count * hour),
  ...[1, 5, 10, 50, 100, 500].map((count) => count * day),
];

export const emptyTimeline: TimelineImage = { bucketMs: 1, buckets: [], versions: [] };

export function createTimeline(image: TimelineImage = emptyTimeline): Timeline {
  let { bucketMs } = image;
  let buckets = image.buckets.map(copy);
  const versions = image.versions.map(copy);

  function widen(): void {
    bucketMs = widths.find((width) => width > bucketMs) ?? bucketMs * 2;
    const merged: Writable<TimelineBucket>[] = [];
    for (const bucket of buckets) {
      const time = startOf(bucket.time, bucketMs);
      const last = merged.at(-1);
      if (last === undefined || last.time < time) {
        merged.push({ ...bucket, time });
      } else {
        last.messages += bucket.messages;
        last.rejected += bucket.rejected;
      }
    }
    buckets = merged;
  }

  function count({ position, time }: TimelineMessage, isRejected: boolean): void {
    const last = buckets.at(-1);
    // The clock of a new leader may be behind that of the previous one: the message counts as the latest.
    if (last === undefined || time >= last.time + bucketMs) {
      buckets.push({ time: startOf(time, bucketMs), position, messages: 1, rejected: Number(isRejected) });
      while (lengthOf(buckets, bucketMs) > maxBuckets) widen();
    } else {
      last.messages += 1;
      last.rejected += Number(isRejected);
    }
  }

  function noteVersion({ position, time }: TimelineMessage, version: string): void {
    const current = versions.at(-1);
    const known =
      current?.version === version ? current : versions.findLast((start) => start.version === version);
    if (known !== undefined && (known === current || time - known.lastTime <= rollingUpdateMs)) {
      known.lastTime = Math.max(known.lastTime, time);
      return;
    }
    versions.push({ version, position, time, lastTime: time });
    if (versions.length > maxVersions) versions.shift();
  }

  return {
    record(message, isRejected) {
      count(message, isRejected);
      if (message.version !== undefined) noteVersion(message, message.version);
    },

    capture: () => ({ bucketMs, buckets: buckets.map(copy), versions: versions.map(copy) }),
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function copy<T extends object>(item: T): Writable<T> {
  return { ...item };
}

function startOf(time: number, bucketMs: number): number {
  return Math.floor(time / bucketMs) * bucketMs;
}

/** Number of intervals from the first to the last one. */
function lengthOf(buckets: readonly TimelineBucket[], bucketMs: number): number {
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first === undefined || last === undefined ? 0 : (last.time - first.time) / bucketMs + 1;
}

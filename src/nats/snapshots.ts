/**
 * Snapshots of a view in a JetStream object store: a disposable cache, so that a start does not read the whole stream.
 *
 * Every version of the fold has a few slots of its own; a new snapshot replaces the oldest. A slot says in its metadata
 * what it was folded from. One that does not fit (another stream, a position that the stream does not have, a digest
 * that differs, lines that are missing) is never used.
 */

import { createHash } from 'node:crypto';
import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { Objm, StorageType, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from 'nats';
import { decodeImage, encodeImage } from '../core/view-image.ts';
import type { ViewImage } from '../core/view.ts';
import { readLines, withinTime, writeLines } from './line-stream.ts';

export type SnapshotsOptions<State> = {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  /** The service's name; its bucket is `<name>-snapshots`. */
  readonly name: string;
  readonly stream: string;
  readonly initial: State;
  /** What the fold is, from `describeFold`. */
  readonly fold: string;
  /** Called for a snapshot that was found and not used, with the reason. */
  onUnusable?(reason: string): void;
};

/** A snapshot that is there, as its metadata describes it. */
export type SnapshotInfo = {
  readonly position: number;
  /** When the message at `position` was stored, in milliseconds since 1970. */
  readonly time: number;
  /** When its stream was created, as the broker writes it: another stream under the same name has another time. */
  readonly streamCreated: string;
  /** When it was written, in milliseconds since 1970. */
  readonly written: number;
  /** Its size in bytes. */
  readonly size: number;
};

export type Snapshots<State> = {
  /** The newest snapshots of this fold, newest first. */
  list(): Promise<SnapshotInfo[]>;
  /** The newest usable snapshot at or before `upTo`; undefined when there is none. Throws only when NATS is away. */
  load(upTo: number): Promise<ViewImage<State> | undefined>;
  /**
   * Stores the image unless another replica stores one, or has stored one, that is at most `margin` positions behind.
   */
  save(image: ViewImage<State>, margin: number): Promise<'written' | 'skipped'>;
};

/** How many snapshots of one fold are kept: the newest to start from, and older ones to look back from. */
const slots = [0, 1, 2] as const;
/** A replica that has said it writes a snapshot is believed for this many milliseconds. */
const claimMs = 120_000;
/** Snapshots of other folds are removed when they are older than this many milliseconds: their replicas are gone. */
const foreignMs = 24 * 3_600_000;
const chunkTimeoutMs = 10_000;

export async function openSnapshots<State>({
  nc,
  jsm,
  name,
  stream,
  initial,
  fold,
  onUnusable,
}: SnapshotsOptions<State>): Promise<Snapshots<State>> {
  const bucket: ObjectStore = await new Objm(nc).open(snapshotBucket(name), false);
  const foldId = createHash('sha256').update(fold).digest('hex').slice(0, 16);
  const claimName = `${foldId}.claim`;
  const slotName = (slot: number) => `${foldId}.${slot}`;

  /** The slots that hold something, newest first. */
  async function readSlots(): Promise<{ slot: number; info: SnapshotInfo }[]> {
    const read = await Promise.all(
      slots.map(async (slot) => ({ slot, info: parseInfo(await bucket.info(slotName(slot))) })),
    );
    return read
      .flatMap(({ slot, info }) => (info === undefined ? [] : [{ slot, info }]))
      .toSorted((a, b) => b.info.position - a.info.position);
  }

  /** Why the stream does not bear the snapshot out; undefined when it does. */
  async function findMismatch({ position, time, streamCreated }: SnapshotInfo): Promise<string | undefined> {
    const { created, state } = await jsm.streams.info(stream);
    if (created !== streamCreated) return 'it is of another stream';
    if (position > state.last_seq) return `it is ahead of the stream, which ends at ${state.last_seq}`;
    const message = await jsm.streams.getMessage(stream, { seq: position });
    if (message?.time.getTime() !== time) return `the stream holds another message at position ${position}`;
    return undefined;
  }

  async function read(slot: number): Promise<ViewImage<State>> {
    const object = await bucket.get(slotName(slot));
    if (object === null) throw new Error('it is gone');
    const image = await decodeImage(readLines(withinTime(object.data, chunkTimeoutMs)), initial);
    // The digest is known to be right only now.
    const error = await object.error;
    if (error) throw error;
    return image;
  }

  async function load(upTo: number): Promise<ViewImage<State> | undefined> {
    for (const { slot, info } of await readSlots()) {
      if (info.position > upTo) continue;
      const reason = await findMismatch(info);
      if (reason === undefined) {
        try {
          return await read(slot);
        } catch (error) {
          onUnusable?.(`snapshot of position ${info.position}: ${String(error)}`);
        }
      } else {
        onUnusable?.(`snapshot of position ${info.position}: ${reason}`);
      }
    }
    return undefined;
  }

  /** Says to the other replicas that this one writes; false when another one was faster. */
  async function claim(position: number): Promise<boolean> {
    const earlier = await bucket.info(claimName);
    if (earlier !== null && Date.now() - Date.parse(earlier.mtime) < claimMs) {
      const claimed = Number(earlier.metadata?.['position']);
      const done = (await readSlots())[0]?.info.position ?? 0;
      if (claimed > done) return false;
    }
    try {
      const meta = { name: claimName, metadata: { position: String(position) } };
      await bucket.putBlob(meta, new Uint8Array(), { previousRevision: earlier?.revision ?? 0 });
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError) return false;
      throw error;
    }
  }

  async function removeForeign(): Promise<void> {
    for (const { name: object, mtime } of await bucket.list()) {
      const foreign = !object.startsWith(`${foldId}.`);
      if (foreign && Date.now() - Date.parse(mtime) > foreignMs) await bucket.delete(object);
    }
  }

  return {
    list: async () => (await readSlots()).map(({ info }) => info),

    load,

    async save(image, margin) {
      const held = await readSlots();
      const newest = held[0]?.info.position ?? 0;
      if (image.position - newest <= margin || !(await claim(image.position))) return 'skipped';
      const { created } = await jsm.streams.info(stream);
      const free = slots.find((slot) => held.every((other) => other.slot !== slot));
      const meta = {
        name: slotName(free ?? held.at(-1)?.slot ?? 0),
        metadata: { position: String(image.position), time: String(image.time), streamCreated: created },
      };
      await bucket.put(meta, writeLines(encodeImage(image, initial)));
      await removeForeign();
      return 'written';
    },
  };
}

/** The bucket of a service's snapshots; its stream is `OBJ_<bucket>`. */
export function snapshotBucket(name: string): string {
  return `${name}-snapshots`;
}

/** Makes the bucket unless it is there. */
export async function provisionSnapshots(nc: NatsConnection, name: string, replicas = 1): Promise<void> {
  const description = `Snapshots of the ${name} view: a cache that may be emptied at any time.`;
  await new Objm(nc).create(snapshotBucket(name), { storage: StorageType.File, replicas, description });
}

function parseInfo(object: ObjectInfo | null): SnapshotInfo | undefined {
  const { position, time, streamCreated } = object?.metadata ?? {};
  if (object === null || object.deleted || position === undefined || streamCreated === undefined)
    return undefined;
  return {
    position: Number(position),
    time: Number(time),
    streamCreated,
    written: Date.parse(object.mtime),
    size: object.size,
  };
}

/**
 * Snapshots of a view in a JetStream object store: a disposable cache, so that a start does not read the whole stream.
 *
 * Every version of the fold has a few slots of its own; a new snapshot replaces the oldest. A slot says in its metadata
 * what it was folded from. One that does not fit (another stream, a position that the stream does not have, a digest
 * that differs, lines that are missing) is never used.
 */

import { createHash } from 'node:crypto';
import { jetstream, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { Objm, setSha256Backend, StorageType, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { decodeImage, encodeImage } from '../../eventlog/snapshot-image.ts';
import type { ViewImage } from '../../eventlog/view.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import { readLines, withinTime, writeLines } from './line-stream.ts';

// Node's digest: the client's own is written in JavaScript, and took a third of a start from a snapshot.
setSha256Backend('native');

export type SnapshotsOptions<State> = {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  /** The name of the service that reads the stream; its bucket is `<name>-snapshots`. */
  readonly name: string;
  readonly stream: string;
  readonly initial: State;
  /** What the fold is, from `describeFold`. */
  readonly fold: string;
  /** Milliseconds without more data after which a snapshot that is read is given up. */
  readonly chunkTimeoutMs?: number;
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
  /** The snapshots of this fold that the stream bears out, newest first. */
  list(): Promise<SnapshotInfo[]>;
  /**
   * The newest usable snapshot at or before `upTo`; undefined when there is none, or no bucket. What is found and not used
   * is told. Throws only when NATS is away.
   */
  load(upTo: number): Promise<ViewImage<State> | undefined>;
  /**
   * Stores the image unless another replica stores one, or has stored one, that is at most `margin` positions behind.
   */
  save(image: ViewImage<State>, margin: number): Promise<'written' | 'skipped'>;
};

/** A slot that holds a snapshot, and which of its contents that is. */
type Slot = { readonly slot: number; readonly info: SnapshotInfo; readonly revision: number };

/** How many snapshots of one fold are kept: the newest to start from, and older ones to look back from. */
const slots = [0, 1, 2] as const;
/** A replica that has said it writes a snapshot is believed for this many milliseconds. */
const claimMs = 120_000;
/** Snapshots of other folds are removed when they are older than this many milliseconds: their replicas are gone. */
const foreignMs = 24 * 3_600_000;

export async function openSnapshots<State>({
  nc,
  jsm,
  name,
  stream,
  initial,
  fold,
  chunkTimeoutMs = 10_000,
  onUnusable,
}: SnapshotsOptions<State>): Promise<Snapshots<State>> {
  const bucket: ObjectStore = await openBuckets(nc).open(snapshotBucket(name), false);
  const foldId = createHash('sha256').update(fold).digest('hex').slice(0, 16);
  const claimName = `${stream}.${foldId}.claim`;
  const slotName = (slot: number) => `${stream}.${foldId}.${slot}`;

  /** Slots whose content turned out to be unusable here, each with the revision that was. */
  const unusable = new Map<number, number>();

  /** The slots that hold something, newest first. */
  async function readSlots(): Promise<Slot[]> {
    const read = await Promise.all(
      slots.map(async (slot) => {
        const object = await bucket.info(slotName(slot));
        const info = parseInfo(object);
        return object === null || info === undefined ? undefined : { slot, info, revision: object.revision };
      }),
    );
    return read.filter((slot) => slot !== undefined).toSorted((a, b) => b.info.position - a.info.position);
  }

  /** Why the snapshot is not to be used; undefined when nothing speaks against it. */
  async function findMisfit({ slot, revision, info }: Slot): Promise<string | undefined> {
    if (unusable.get(slot) === revision) return 'it could not be read';
    const { created, state } = await jsm.streams.info(stream);
    if (created !== info.streamCreated) return 'it is of another stream';
    if (info.position > state.last_seq) return `it is ahead of the stream, which ends at ${state.last_seq}`;
    const message = await jsm.streams.getMessage(stream, { seq: info.position });
    if (message?.time.getTime() !== info.time) {
      return `the stream holds another message at position ${info.position}`;
    }
    return undefined;
  }

  async function selectFitting(held: readonly Slot[]): Promise<Slot[]> {
    const misfits = await Promise.all(held.map(findMisfit));
    return held.filter((_slot, index) => misfits[index] === undefined);
  }

  async function read({ slot, revision }: Slot): Promise<ViewImage<State>> {
    const object = await bucket.get(slotName(slot));
    if (object === null) throw new Error('it is gone');
    // Looked at below, also when the lines are found to be wrong before the digest is.
    const failure = object.error.catch((error: unknown) => error);
    try {
      const image = await decodeImage(readLines(withinTime(object.data, chunkTimeoutMs)), initial);
      // The digest is known to be right only now.
      const error = await failure;
      if (error) throw error;
      return image;
    } catch (error) {
      unusable.set(slot, revision);
      throw error;
    }
  }

  async function load(upTo: number): Promise<ViewImage<State> | undefined> {
    for (const slot of await readSlots()) {
      const { position } = slot.info;
      if (position > upTo) continue;
      const reason = await findMisfit(slot);
      try {
        if (reason !== undefined) throw new Error(reason);
        return await read(slot);
      } catch (error) {
        onUnusable?.(
          `snapshot of position ${position}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return undefined;
  }

  /** Says to the other replicas that this one writes; false when another one was faster. */
  async function claim(position: number, previousRevision: number): Promise<boolean> {
    try {
      const meta = { name: claimName, metadata: { position: String(position) } };
      await bucket.putBlob(meta, new Uint8Array(), { previousRevision });
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === brokerErrors.wrongLastSequence) return false;
      throw error;
    }
  }

  async function removeForeign(): Promise<void> {
    for (const { name: object, mtime } of await bucket.list()) {
      const foreign = object.startsWith(`${stream}.`) && !object.startsWith(`${stream}.${foldId}.`);
      if (foreign && Date.now() - Date.parse(mtime) > foreignMs) await bucket.delete(object);
    }
  }

  return {
    list: async () => (await selectFitting(await readSlots())).map(({ info }) => info),

    async load(upTo) {
      try {
        return await load(upTo);
      } catch (error) {
        if (!isMissing(error)) throw error;
        onUnusable?.(`there is no bucket ${snapshotBucket(name)}; run the provisioning`);
        return undefined;
      }
    },

    async save(image, margin) {
      // The claim is read before the slots: whoever claimed in between makes ours fail.
      const earlier = await bucket.info(claimName);
      const held = await readSlots();
      const fitting = await selectFitting(held);
      if (image.position - (fitting[0]?.info.position ?? 0) <= margin) return 'skipped';
      if (isUnderWay(earlier, held, fitting)) return 'skipped';
      if (!(await claim(image.position, earlier?.revision ?? 0))) return 'skipped';
      const { created } = await jsm.streams.info(stream);
      const free = slots.find((slot) => fitting.every((other) => other.slot !== slot));
      const meta = {
        name: slotName(free ?? fitting.at(-1)?.slot ?? 0),
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

/** Without the client's first question, what the account may use: a service does not have to know that. */
function openBuckets(nc: NatsConnection): Objm {
  return new Objm(jetstream(nc, { checkAPI: false }));
}

/** Makes the bucket unless it is there. */
export async function provisionSnapshots(nc: NatsConnection, name: string, replicas = 1): Promise<void> {
  const description = `Snapshots of the ${name} view: a cache that may be emptied at any time.`;
  await openBuckets(nc).create(snapshotBucket(name), { storage: StorageType.File, replicas, description });
}

/** Whether the replica that claimed last is believed to be writing still: its snapshot is not there, and it is not long ago. */
function isUnderWay(claimed: ObjectInfo | null, held: readonly Slot[], fitting: readonly Slot[]): boolean {
  if (claimed === null || Date.now() - Date.parse(claimed.mtime) >= claimMs) return false;
  const position = Number(claimed.metadata?.['position']);
  const isThere = held.some(({ info }) => info.position === position);
  return !isThere && position > (fitting[0]?.info.position ?? 0);
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound;
}

/** What the metadata say; undefined for an object that is none of ours, or not whole. */
function parseInfo(object: ObjectInfo | null): SnapshotInfo | undefined {
  if (object === null || object.deleted) return undefined;
  const metadata = SnapshotMetadata.safeParse(object.metadata);
  if (!metadata.success) return undefined;
  return { ...metadata.data, written: Date.parse(object.mtime), size: object.size };
}

const SnapshotMetadata = z.object({
  position: z.coerce.number<string>().int().min(1),
  time: z.coerce.number<string>().int(),
  streamCreated: z.string(),
});

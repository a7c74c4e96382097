/**
 * Snapshots of a view in a JetStream object store: a disposable cache that avoids reading the whole stream at startup.
 *
 * Each version of the fold has its own slots; a new snapshot replaces the oldest. The metadata of a slot identifies the
 * stream and the message at which the snapshot was taken. A snapshot that does not match the stream (recreated stream,
 * unknown position, different message) or is corrupt (wrong digest, missing lines) is never used.
 */

import { createHash } from 'node:crypto';
import { jetstream, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { Objm, setSha256Backend, StorageType, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { encodeImage, imageFormat } from '../../eventlog/view/snapshot-image.ts';
import type { MessageIdentity } from '../../domain/stored-message.ts';
import type { ViewImage } from '../../eventlog/view/view.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import { brokerTimeOf } from '../connection/broker-time.ts';
import { describeDifference, readIdentity } from '../stream/stream-identity.ts';
import { encodeLines } from './line-codec.ts';
import { readImage, UnreadSnapshot, WrongSnapshot } from './read-image.ts';

// The client's own SHA-256, written in JavaScript, took a third of the time of startup from a snapshot.
setSha256Backend('native');

/**
 * Number of messages after which a snapshot is due: `every`, or a quarter of the number of entities if that is more. This bounds the share of
 * work spent on writing and the number of messages replayed at startup.
 */
export function snapshotInterval(every: number, entities: number): number {
  return Math.max(every, Math.floor(entities / 4));
}

export type SnapshotsOptions<State> = {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  /** The name of the service that reads the stream; its bucket is `<name>-snapshots`. */
  readonly name: string;
  readonly stream: string;
  readonly initial: State;
  /** Identifies the code of the fold. Snapshots of another version are not used. */
  readonly foldVersion: string;
  /** Timeout for each chunk of a snapshot that is being read, in ms. */
  readonly chunkTimeoutMs?: number;
  /** Called with a reason for each snapshot that exists but cannot be used. */
  onUnusable?(reason: string): void;
  /** Called if the stream does not hold the last message of an image that is being saved. */
  onReplaced?(detail: string): void;
};

/** Metadata of a stored snapshot, with the identity of its last message. */
export type SnapshotInfo = MessageIdentity & {
  /** Creation time of its stream, as formatted by the broker. A recreated stream has a different one. */
  readonly streamCreated: string;
  /** When the snapshot was written, by the broker's clock, in milliseconds since 1970. */
  readonly written: number;
  /** In bytes. */
  readonly size: number;
};

export type Snapshots<State> = {
  /** Returns the snapshots of this fold that match the stream, latest first. */
  list(): Promise<SnapshotInfo[]>;
  /**
   * Returns the latest usable snapshot at or before `upTo`; undefined if there is none, or no bucket. Unusable snapshots
   * are reported to `onUnusable`; only those that were read and are wrong are not read again. Throws only if NATS is
   * unavailable.
   */
  load(upTo: number): Promise<ViewImage<State> | undefined>;
  /**
   * Stores the image unless another replica is writing a snapshot, or has stored one that is at most `margin` positions
   * behind. An image whose last message is not in the stream is not stored: it would not be used.
   */
  save(image: ViewImage<State>, margin: number): Promise<'written' | 'skipped'>;
};

/** A slot that contains a snapshot; `revision` identifies its content. */
type Slot = { readonly slot: number; readonly info: SnapshotInfo; readonly revision: number };

/** Three snapshots of a fold are retained: the latest for startup, and older ones for point-in-time reads. */
const slots = [0, 1, 2] as const;
/** A replica's claim to write a snapshot expires after this many milliseconds. */
const claimMs = 120_000;
/** Age at which snapshots of other folds are deleted, in ms. No replica is expected to use such a fold by then. */
const otherFoldMaxAgeMs = 24 * 3_600_000;

export async function openSnapshots<State>({
  nc,
  jsm,
  name,
  stream,
  initial,
  foldVersion,
  chunkTimeoutMs = 10_000,
  onUnusable,
  onReplaced,
}: SnapshotsOptions<State>): Promise<Snapshots<State>> {
  const bucket: ObjectStore = await openBuckets(nc).open(snapshotBucket(name), false);
  const foldId = createHash('sha256')
    .update(JSON.stringify([imageFormat, foldVersion]))
    .digest('hex')
    .slice(0, 16);
  const claimName = `${stream}.${foldId}.claim`;
  const slotName = (slot: number) => `${stream}.${foldId}.${slot}`;

  /** Slots whose content was read and is wrong, each with the revision of that content. */
  const wrong = new Map<number, number>();

  /** Returns the slots that contain a snapshot, latest first. */
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

  /** Returns why the snapshot does not match the stream; undefined if it does. */
  async function findMismatch({ slot, revision, info }: Slot): Promise<string | undefined> {
    if (wrong.get(slot) === revision) return 'was read before and is wrong';
    const { created, state } = await jsm.streams.info(stream);
    if (created !== info.streamCreated) return 'belongs to another stream';
    if (info.position > state.last_seq) return `ahead of the stream, which ends at ${state.last_seq}`;
    const held = await readIdentity(jsm, stream, info.position);
    if (held === undefined) return `stream ${stream} has no message at position ${info.position}`;
    return describeDifference(stream, info, held);
  }

  /** Whether the stream holds the last message of an image. Reports a different message to `onReplaced`. */
  async function isFromStream(lastMessage: MessageIdentity): Promise<boolean> {
    const held = await readIdentity(jsm, stream, lastMessage.position);
    if (held === undefined) return false;
    const difference = describeDifference(stream, lastMessage, held);
    if (difference !== undefined) onReplaced?.(difference);
    return difference === undefined;
  }

  async function selectMatching(occupied: readonly Slot[]): Promise<Slot[]> {
    const mismatches = await Promise.all(occupied.map(findMismatch));
    return occupied.filter((_slot, index) => mismatches[index] === undefined);
  }

  async function read({ slot, revision }: Slot): Promise<ViewImage<State>> {
    try {
      return await readImage(slotName(slot), {
        bucket,
        bucketName: snapshotBucket(name),
        jsm,
        initial,
        chunkTimeoutMs,
      });
    } catch (error) {
      if (error instanceof WrongSnapshot) wrong.set(slot, revision);
      throw error;
    }
  }

  async function load(upTo: number): Promise<ViewImage<State> | undefined> {
    for (const slot of await readSlots()) {
      const { position } = slot.info;
      if (position > upTo) continue;
      try {
        const reason = await findMismatch(slot);
        if (reason !== undefined) throw new WrongSnapshot(reason);
        return await read(slot);
      } catch (error) {
        if (!(error instanceof WrongSnapshot || error instanceof UnreadSnapshot)) throw error;
        onUnusable?.(`snapshot at position ${position}: ${error.message}`);
      }
    }
    return undefined;
  }

  /** Claims the right to write a snapshot. Returns false if another replica was first. */
  async function claim(position: number, previousRevision: number, now: number): Promise<boolean> {
    try {
      const meta = { name: claimName, metadata: { position: String(position), written: String(now) } };
      await bucket.putBlob(meta, new Uint8Array(), { previousRevision });
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === brokerErrors.wrongLastSequence) return false;
      throw error;
    }
  }

  async function deleteOtherFolds(now: number): Promise<void> {
    for (const object of await bucket.list()) {
      const { name: key } = object;
      const isOtherFold = key.startsWith(`${stream}.`) && !key.startsWith(`${stream}.${foldId}.`);
      if (isOtherFold && now - writtenAt(object) > otherFoldMaxAgeMs) await bucket.delete(key);
    }
  }

  return {
    list: async () => (await selectMatching(await readSlots())).map(({ info }) => info),

    async load(upTo) {
      try {
        return await load(upTo);
      } catch (error) {
        if (!isMissing(error)) throw error;
        onUnusable?.(`bucket ${snapshotBucket(name)} does not exist; run the provisioner`);
        return undefined;
      }
    },

    async save(image, margin) {
      // Read before the slots, so that `claim` fails if another replica claims in the meantime.
      const previousClaim = await bucket.info(claimName);
      const occupied = await readSlots();
      const matching = await selectMatching(occupied);
      if (image.position - (matching[0]?.info.position ?? 0) <= margin) return 'skipped';
      const info = await jsm.streams.info(stream);
      const now = brokerTimeOf(info);
      if (isBeingWritten(previousClaim, occupied, matching, now)) return 'skipped';
      const { lastMessage } = image;
      if (lastMessage === undefined || !(await isFromStream(lastMessage))) return 'skipped';
      if (!(await claim(image.position, previousClaim?.revision ?? 0, now))) return 'skipped';
      const free = slots.find((slot) => matching.every((other) => other.slot !== slot));
      const meta = {
        name: slotName(free ?? matching.at(-1)?.slot ?? 0),
        metadata: { ...toMetadata(lastMessage), streamCreated: info.created, written: String(now) },
      };
      try {
        await bucket.put(meta, encodeLines(encodeImage(image, initial)));
      } catch (error) {
        // Gives up the claim, so that the next attempt need not wait until it expires.
        await bucket.delete(claimName).catch(() => undefined);
        throw error;
      }
      await deleteOtherFolds(now);
      return 'written';
    },
  };
}

/** Returns the name of the bucket of a service's snapshots. Its stream is `OBJ_<bucket>`. */
export function snapshotBucket(name: string): string {
  return `${name}-snapshots`;
}

/** `checkAPI: false` avoids a request for the account limits, for which a service needs no permission. */
function openBuckets(nc: NatsConnection): Objm {
  return new Objm(jetstream(nc, { checkAPI: false }));
}

/** Creates the bucket if it does not exist. */
export async function provisionSnapshots(nc: NatsConnection, name: string, replicas = 1): Promise<void> {
  const description = `Snapshots of the ${name} view: a cache that can be deleted at any time.`;
  await openBuckets(nc).create(snapshotBucket(name), { storage: StorageType.File, replicas, description });
}

/** Whether a replica may still be writing: the last claim has not expired and has not led to a snapshot. */
function isBeingWritten(
  claim: ObjectInfo | null,
  occupied: readonly Slot[],
  matching: readonly Slot[],
  now: number,
): boolean {
  if (claim === null || claim.deleted || now - writtenAt(claim) >= claimMs) return false;
  const position = Number(claim.metadata?.['position']);
  const isStored = occupied.some(({ info }) => info.position === position);
  return !isStored && position > (matching[0]?.info.position ?? 0);
}

/** The broker's time when the object was written. Earlier versions stored only `mtime`, by the clock of the replica. */
function writtenAt({ metadata, mtime }: Pick<ObjectInfo, 'metadata' | 'mtime'>): number {
  const written = metadata?.['written'];
  return written === undefined ? Date.parse(mtime) : Number(written);
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound;
}

/** The values of metadata are text. */
function toMetadata(lastMessage: MessageIdentity): Record<string, string> {
  const { position, time, nanoseconds, subject, messageId } = lastMessage;
  return {
    position: String(position),
    time: String(time),
    nanoseconds: String(nanoseconds),
    subject,
    ...(messageId !== undefined && { messageId }),
  };
}

/** Parses the metadata; undefined for an object that is deleted or not a snapshot. */
function parseInfo(object: ObjectInfo | null): SnapshotInfo | undefined {
  if (object === null || object.deleted) return undefined;
  const metadata = SnapshotMetadata.safeParse(object.metadata);
  if (!metadata.success) return undefined;
  return { messageId: undefined, ...metadata.data, written: writtenAt(object), size: object.size };
}

const SnapshotMetadata = z.object({
  position: z.coerce.number<string>().int().min(1),
  time: z.coerce.number<string>().int(),
  nanoseconds: z.coerce.number<string>().int(),
  subject: z.string(),
  messageId: z.string().optional(),
  streamCreated: z.string(),
});

/** Fixture for snapshot tests: a small stream, its snapshot bucket, and functions that corrupt snapshots. */

import { jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { headers, type NatsConnection } from 'nats';
import * as assert from 'uvu/assert';
import { createEntries } from '../../src/kit/eventlog/view/entries.ts';
import { emptyTimeline } from '../../src/kit/eventlog/view/timeline.ts';
import type { ViewImage } from '../../src/kit/eventlog/view/view.ts';
import {
  openSnapshots,
  provisionSnapshots,
  snapshotBucket,
  type Snapshots,
} from '../../src/kit/nats/snapshots/snapshots.ts';
import { readIdentity } from '../../src/kit/nats/stream/stream-identity.ts';

export type Thing = { readonly name: string } | undefined;

/** A stored object of the bucket. `subject` is the subject of its metadata, `chunks` that of its data. */
export type StoredObject = { readonly name: string; readonly subject: string; readonly chunks: string };

export type InfoChange = {
  readonly mtime?: string;
  readonly digest?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type SnapshotFixture = {
  /** Stream that the snapshots belong to. Initially, it has `messages` messages. */
  readonly stream: string;
  readonly bucket: string;
  /** Returns and clears the reasons why snapshots were not used. */
  takeReasons(): string[];
  /** Returns and clears the reports that the stream is not the one that an image was folded from. */
  takeReplacements(): string[];
  /** Opens the snapshots, as a newly started replica does. */
  open(fold?: string, nc?: NatsConnection): Promise<Snapshots<Thing>>;
  /** Creates an image at `position` with `things` entities. The contents depend on both. */
  imageAt(position: number, things?: number): Promise<ViewImage<Thing>>;
  /** Lists the objects of the bucket: snapshots (`<fold>.<slot>`) and claims of their writers (`<fold>.claim`). */
  objects(): Promise<StoredObject[]>;
  /** Changes the info of an object, and members of its metadata, but not its data. */
  rewriteInfo(object: StoredObject, change: InfoChange): Promise<void>;
};

let fixtures = 0;

export async function createSnapshotFixture(
  nc: NatsConnection,
  jsm: JetStreamManager,
  { messages = 10 }: { readonly messages?: number } = {},
): Promise<SnapshotFixture> {
  const name = `fixture${(fixtures += 1)}`;
  const stream = name.toUpperCase();
  const bucket = snapshotBucket(name);
  const objectStream = `OBJ_${bucket}`;
  const js = jetstream(nc);
  const reasons: string[] = [];
  const replacements: string[] = [];
  await fillStream(nc, jsm, stream, messages);
  await provisionSnapshots(nc, name);

  return {
    stream,
    bucket,
    takeReasons: () => reasons.splice(0),
    takeReplacements: () => replacements.splice(0),

    open: (fold = 'a fold', connection = nc) =>
      openSnapshots<Thing>({
        nc: connection,
        jsm,
        name,
        stream,
        initial: undefined,
        foldVersion: fold,
        chunkTimeoutMs: 1_000,
        onUnusable: (reason) => reasons.push(reason),
        onReplaced: (detail) => replacements.push(detail),
      }),

    async imageAt(position, things = 3) {
      const lastMessage = await readIdentity(jsm, stream, position);
      const entries = createEntries<Thing>();
      for (let id = 1; id <= things; id++)
        entries.set(id, { version: id, state: { name: `thing ${id} at ${position}` } });
      entries.set(things + 1, { version: position, state: undefined });
      return {
        position,
        lastMessage,
        entries,
        messageIds: { old: { ids: ['a'], positions: [1] }, young: { ids: ['b'], positions: [position] } },
        rejected: [{ position: 1, time: 1, subject: 'x', reason: 'because' }],
        rejectedPositions: [1, 2, 3],
        timeline: emptyTimeline,
        checkpoints: { interval: 250, entities: [] },
      };
    },

    async objects() {
      const { state } = await jsm.streams.info(objectStream, { subjects_filter: `$O.${bucket}.M.>` });
      const found = await Promise.all(
        Object.keys(state.subjects ?? {}).map(async (subject) => {
          const info = await readInfo(jsm, objectStream, subject);
          const chunks = `$O.${bucket}.C.${String(info['nuid'])}`;
          return { name: String(info['name']), subject, chunks, deleted: info['deleted'] === true };
        }),
      );
      return found.flatMap(({ deleted, ...object }) => (deleted ? [] : [object]));
    },

    async rewriteInfo({ subject }, change) {
      const info = await readInfo(jsm, objectStream, subject);
      const metadata = Object.assign({}, info['metadata'], change.metadata);
      const fields = headers();
      fields.set('Nats-Rollup', 'sub');
      await js.publish(subject, JSON.stringify({ ...info, ...change, metadata }), { headers: fields });
    },
  };
}

/** Creates the stream and publishes `messages` messages to it. */
export async function fillStream(
  nc: NatsConnection,
  jsm: JetStreamManager,
  stream: string,
  messages: number,
): Promise<void> {
  const subject = `${stream}.events`;
  await jsm.streams.add({ name: stream, subjects: [subject], storage: 'memory' });
  for (let position = 1; position <= messages; position++) await jetstream(nc).publish(subject, '{}');
}

async function readInfo(
  jsm: JetStreamManager,
  objectStream: string,
  subject: string,
): Promise<Record<string, unknown>> {
  const message = await jsm.streams.getMessage(objectStream, { last_by_subj: subject });
  const info: unknown = message?.json();
  if (typeof info !== 'object' || info === null) throw new Error(`${subject} has no object metadata`);
  return { ...info };
}

/** Converts an image to plain values that can be compared. */
export function toPlainImage<State>(image: ViewImage<State> | undefined) {
  if (image === undefined) throw new Error('the image is undefined');
  return { ...image, entries: [...image.entries.entries()] };
}

/** Replaces the data of a snapshot and updates its digest. The metadata is unchanged. */
export async function replaceBytes(
  nc: NatsConnection,
  { bucket }: SnapshotFixture,
  { name }: StoredObject,
  change: (bytes: string) => string,
): Promise<void> {
  const store = await new Objm(nc).open(bucket);
  const info = await store.info(name);
  const bytes = await store.getBlob(name);
  assert.ok(info !== null && bytes !== null);
  const changed = change(new TextDecoder().decode(bytes));
  await store.putBlob({ name, metadata: info.metadata ?? {} }, new TextEncoder().encode(changed));
}

/** Reads a snapshot, and distinguishes one that is wrong from one that could not be read this time. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { messageOf } from '../../domain/error-message.ts';
import { decodeImage } from '../../eventlog/view/snapshot-image.ts';
import type { ViewImage } from '../../eventlog/view/view.ts';
import { ChunkTimeout, decodeLines, withChunkTimeout } from './line-codec.ts';

export type ReadImageOptions<State> = {
  readonly bucket: ObjectStore;
  readonly bucketName: string;
  readonly jsm: JetStreamManager;
  readonly initial: State;
  /** In ms. */
  readonly chunkTimeoutMs: number;
};

/** The snapshot was read, or its chunks do not exist: reading it again gives the same result. */
export class WrongSnapshot extends Error {}

/** The snapshot was not read, although NATS is available. Reading it again may succeed. */
export class UnreadSnapshot extends Error {}

/** Maximum number of attempts to read a snapshot while NATS is available. */
const maxAttempts = 3;

/**
 * Returns the image in an object of the bucket.
 *
 * @throws WrongSnapshot, UnreadSnapshot, or another error if NATS is unavailable
 */
export async function readImage<State>(
  objectName: string,
  options: ReadImageOptions<State>,
): Promise<ViewImage<State>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(objectName, options);
    } catch (error) {
      if (error instanceof WrongSnapshot) throw error;
      // Throws if NATS is unavailable.
      await options.bucket.info(objectName);
      if (attempt === maxAttempts) throw new UnreadSnapshot(messageOf(error), { cause: error });
    }
  }
}

async function readOnce<State>(
  objectName: string,
  { bucket, bucketName, jsm, initial, chunkTimeoutMs }: ReadImageOptions<State>,
): Promise<ViewImage<State>> {
  const object = await bucket.get(objectName);
  if (object === null) throw new UnreadSnapshot('was deleted');
  // Set if the consumer of the chunks failed. The handler also prevents an unhandled rejection.
  const failure = object.error.catch((error: unknown) => error);
  try {
    const image = await decodeImage(decodeLines(withChunkTimeout(object.data, chunkTimeoutMs)), initial);
    // The digest is verified only after the last chunk.
    const error = await failure;
    if (error) throw error;
    return image;
  } catch (error) {
    if (await failure) throw error;
    if (error instanceof ChunkTimeout && (await hasChunks(jsm, bucketName, object.info.nuid))) throw error;
    throw new WrongSnapshot(messageOf(error), { cause: error });
  }
}

/** Without any chunk, the consumer delivers nothing. If only some are missing, the digest does not match. */
async function hasChunks(jsm: JetStreamManager, bucketName: string, nuid: string): Promise<boolean> {
  const subject = `$O.${bucketName}.C.${nuid}`;
  return (await jsm.streams.getMessage(`OBJ_${bucketName}`, { last_by_subj: subject })) !== null;
}

/** Cache of recent message ids, so that a command that is sent again is not executed again. */

/**
 * Maximum size of a generation, in messages. The cache retains at least this many messages and at most twice as many.
 * It is limited by count and not by time, so that every replica has the same ids at the same position.
 */
export const messageIdGenerationSize = 100_000;

/**
 * Longer ids are not cached, which bounds the memory: a direct publish to the stream can have an id of almost 64 KiB.
 * Idempotency keys are never longer than this.
 */
export const maxMessageIdLength = 255;

export type MessageIds = {
  /** Returns the position of the first cached message with this id; undefined if there is none. */
  positionOf(messageId: string): number | undefined;
  /** Adds the id of the message at `position`. Ignores ids longer than `maxMessageIdLength`. */
  remember(messageId: string, position: number): void;
  /** Returns a copy of the cache. */
  capture(): MessageIdsImage;
};

/** Message ids in stream order, with their positions in a parallel array. */
export type IdList = { readonly ids: readonly string[]; readonly positions: readonly number[] };

export type MessageIdsImage = { readonly old: IdList; readonly young: IdList };

/** Uses two generations. When the young one is full, it replaces the old one, whose ids are dropped together. */
export function createMessageIds(image?: MessageIdsImage, size = messageIdGenerationSize): MessageIds {
  let young = createGeneration(image?.young);
  let old = createGeneration(image?.old);

  return {
    positionOf: (messageId) => old.positionOf(messageId) ?? young.positionOf(messageId),

    remember(messageId, position) {
      if (messageId.length > maxMessageIdLength) return;
      if (young.size >= size) {
        old = young;
        young = createGeneration();
      }
      young.add(messageId, position);
    },

    capture: () => ({ old: old.capture(), young: young.capture() }),
  };
}

/** The index is built on the first lookup. During a replay, most ids are dropped before a lookup happens. */
function createGeneration(list?: IdList) {
  const ids = [...(list?.ids ?? [])];
  const positions = [...(list?.positions ?? [])];
  const index = new Map<string, number>();
  let indexed = 0;

  return {
    get size() {
      return ids.length;
    },

    add(messageId: string, position: number) {
      ids.push(messageId);
      positions.push(position);
    },

    positionOf(messageId: string): number | undefined {
      for (; indexed < ids.length; indexed++) {
        const [id, position] = [ids[indexed], positions[indexed]];
        if (id !== undefined && position !== undefined && !index.has(id)) index.set(id, position);
      }
      return index.get(messageId);
    },

    capture: (): IdList => ({ ids: [...ids], positions: [...positions] }),
  };
}

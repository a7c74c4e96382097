/** Which command ids the log has already seen, so that a command sent twice is carried out once. */

/**
 * How many messages with an id are remembered at least; at most twice as many are held. The measure is a count of
 * messages, not a time, so that every replica knows the same ids at the same position.
 */
export const messageIdGenerationSize = 100_000;

/**
 * A longer id is not remembered. None of ours is, and whoever publishes straight into the stream may give ids of 64 KiB,
 * of which the memory holds only so many.
 */
export const maxMessageIdLength = 255;

export type MessageIds = {
  /** The position of the first remembered message that carried `messageId`; undefined when it is unknown or forgotten. */
  positionOf(messageId: string): number | undefined;
  /** Notes the id of the message at `position`, unless it is longer than `maxMessageIdLength`. */
  remember(messageId: string, position: number): void;
  /** All that is remembered, as a copy. */
  capture(): MessageIdsImage;
};

/** Ids of messages in the order of the stream, each with its position in the other array. */
export type IdList = { readonly ids: readonly string[]; readonly positions: readonly number[] };

/** What is remembered, the old generation and the young one. */
export type MessageIdsImage = { readonly old: IdList; readonly young: IdList };

/** Two generations: a full young one becomes the old one, and what was old is forgotten at once. */
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

/** The index is made when it is first asked for: of the ids that a replay passes, most are forgotten before that. */
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

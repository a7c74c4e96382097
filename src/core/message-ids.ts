/** Which command ids the log has already seen, so that a command sent twice is carried out once. */

/**
 * How many ids are remembered at least; at most twice as many are held. The measure is a count of messages, not a
 * time, so that every replica knows the same ids at the same position.
 */
export const rememberedMessageIds = 100_000;

/**
 * A longer id is not remembered. None of ours is, and whoever publishes straight into the stream may give ids of 64 KiB,
 * of which the memory holds only so many.
 */
export const longestMessageId = 255;

export type MessageIds = {
  /** The position of the message that carried `messageId`; undefined when it is unknown or forgotten. */
  positionOf(messageId: string): number | undefined;
  /** Notes where an id was first seen, unless it is longer than `longestMessageId`. */
  remember(messageId: string, position: number): void;
  /** All that is remembered, as a copy. */
  capture(): MessageIdsImage;
};

/** Ids with their positions, the old generation and the young one. */
export type MessageIdsImage = {
  readonly old: ReadonlyMap<string, number>;
  readonly young: ReadonlyMap<string, number>;
};

/** Two generations: a full young one becomes the old one, and what was old is forgotten at once. */
export function createMessageIds(image?: MessageIdsImage, generation = rememberedMessageIds): MessageIds {
  let young = new Map(image?.young);
  /** Never changed in place: an image may hold on to it. */
  let old: ReadonlyMap<string, number> = image?.old ?? new Map();

  return {
    positionOf: (messageId) => young.get(messageId) ?? old.get(messageId),

    remember(messageId, position) {
      if (messageId.length > longestMessageId) return;
      if (young.has(messageId) || old.has(messageId)) return;
      if (young.size >= generation) {
        old = young;
        young = new Map();
      }
      young.set(messageId, position);
    },

    capture: () => ({ old, young: new Map(young) }),
  };
}

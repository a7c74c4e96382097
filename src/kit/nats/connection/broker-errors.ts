/** The broker's error codes that mean something to us; texts change between versions, codes do not. */

export const brokerErrors = {
  /** The last sequence on the subject is another one. */
  wrongLastSequence: 10071,
  /** Replicated streams: a conflicting write is in flight, so the last sequence is not known yet. */
  wrongLastSequenceUnknown: 10164,
  /** Replicated streams: the leader changed while the message was in flight. */
  leaderChange: 10163,
  /** Replicated streams: a message with this id is in flight, and may yet be stored. */
  duplicateInFlight: 10158,
  /** An atomic batch holds a message id that the broker already knows. */
  batchDuplicate: 10201,
  consumerNotFound: 10014,
  noMessageFound: 10037,
  streamNotFound: 10059,
} as const;

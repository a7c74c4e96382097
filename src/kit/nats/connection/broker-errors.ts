/** JetStream API error codes. Error texts change between server versions, codes do not. */

export const brokerErrors = {
  /** The last sequence on the subject is not the expected one. */
  wrongLastSequence: 10071,
  /** Replicated streams: a conflicting write is in flight, so the last sequence is not yet known. */
  wrongLastSequenceUnknown: 10164,
  /** Replicated streams: the leader changed while the message was in flight. */
  leaderChange: 10163,
  /** Replicated streams: a message with this id is in flight and may still be stored. */
  duplicateInFlight: 10158,
  /** An atomic batch contains a message id that is already in the duplicate window. */
  batchDuplicate: 10201,
  consumerNotFound: 10014,
  noMessageFound: 10037,
  streamNotFound: 10059,
  /** Another stream has some of the subjects. */
  subjectsOverlap: 10065,
} as const;

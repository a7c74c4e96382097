/** The NATS headers that the kit reads or writes. */

/** A command's id. The broker remembers it for the stream's duplicate window (ADR-8 of NATS). */
export const messageIdHeader = 'Nats-Msg-Id';

/** The server rejects the message unless the last one on its subject has this sequence; 0: the subject has no messages. */
export const expectedSubjectSequenceHeader = 'Nats-Expected-Last-Subject-Sequence';

/** The server rejects the message unless its subject belongs to this stream. */
export const expectedStreamHeader = 'Nats-Expected-Stream';

/** Atomic batch, nats-server 2.12+ (ADR-50 of NATS): batch id, message number from 1, and `1` on the last message. */
export const batchIdHeader = 'Nats-Batch-Id';
export const batchSequenceHeader = 'Nats-Batch-Sequence';
export const batchCommitHeader = 'Nats-Batch-Commit';

/** In a consumer's heartbeat: the sequence of its last delivery, and the reply subject if flow control stalled it. */
export const lastConsumerSequenceHeader = 'Nats-Last-Consumer';
export const consumerStalledHeader = 'Nats-Consumer-Stalled';

/** In a response to a direct get (ADR-31 of NATS): subject, position and time of the message; how many more there are. */
export const subjectHeader = 'Nats-Subject';
export const sequenceHeader = 'Nats-Sequence';
export const timestampHeader = 'Nats-Time-Stamp';
export const pendingHeader = 'Nats-Num-Pending';

/** In an error reply of the services framework (ADR-32 of NATS): the status, and the reason in one line. */
export const errorCodeHeader = 'Nats-Service-Error-Code';
export const errorHeader = 'Nats-Service-Error';

/** W3C Trace Context: the trace that a message belongs to. */
export const traceparentHeader = 'traceparent';

/** The position that a reply reflects, and the position that a query waits for. Named as in the REST API. */
export const streamPositionHeader = 'Stream-Position';
export const waitForPositionHeader = 'Wait-For-Position';
/** For how many seconds a replica has not read its streams. Named as in the REST API. */
export const ageHeader = 'Age';

/** Key-value bucket (ADR-8, ADR-48 of NATS): `DEL` or `PURGE` for a removed key, or why the broker removed it. */
export const keyOperationHeader = 'KV-Operation';
export const markerReasonHeader = 'Nats-Marker-Reason';

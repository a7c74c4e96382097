/** The NATS headers that this system reads or writes, each in one place. */

/** A command's id; the broker keeps it for the stream's duplicate window (ADR-8 of NATS). */
export const messageIdHeader = 'Nats-Msg-Id';

/** Refuse the message unless the last one on its subject has this sequence; 0: there is none. */
export const expectedSubjectSequenceHeader = 'Nats-Expected-Last-Subject-Sequence';

/** Refuse the message unless it lands in this stream. */
export const expectedStreamHeader = 'Nats-Expected-Stream';

/** An atomic batch, nats-server 2.12+ (ADR-50 of NATS): its id, a message's place in it from 1, and `1` on the last. */
export const batchIdHeader = 'Nats-Batch-Id';
export const batchSequenceHeader = 'Nats-Batch-Sequence';
export const batchCommitHeader = 'Nats-Batch-Commit';

/** In a consumer's heartbeat: the sequence of its last delivery, and the subject to answer when it waits for us. */
export const lastConsumerSequenceHeader = 'Nats-Last-Consumer';
export const consumerStalledHeader = 'Nats-Consumer-Stalled';

/** In a reply of the services framework (ADR-32 of NATS): the status of an error, and what is wrong in one line. */
export const errorCodeHeader = 'Nats-Service-Error-Code';
export const errorHeader = 'Nats-Service-Error';

/** W3C Trace Context: the trace that a message belongs to. */
export const traceparentHeader = 'traceparent';

/** As at the REST door: what a reply shows, and what a query waits for. */
export const streamPositionHeader = 'Stream-Position';
export const waitForPositionHeader = 'Wait-For-Position';

/** In a key-value bucket (ADR-8, ADR-48 of NATS): `DEL` or `PURGE` where a key's value was removed, or why the broker did it. */
export const keyOperationHeader = 'KV-Operation';
export const markerReasonHeader = 'Nats-Marker-Reason';

import { z } from 'zod';
import type { AsyncMessage } from '../../api/events/asyncapi-document.ts';
import { ProblemDocument, RejectionAnnouncement, Traceparent } from '../../api/responses/documents.ts';
import type { EventShape } from '../../api/events/event-shapes.ts';
import { messageIdSyntax } from '../../eventlog/execute.ts';
import { waitTargetsPattern } from '../../eventlog/freshness.ts';
import { Problem } from '../../domain/problem.ts';
import { problemKinds, problemMediaType, toProblemDocument } from '../../api/responses/problem-document.ts';
import type { Schemas } from './asyncapi-schemas.ts';
import type { Endpoint } from './endpoints.ts';
import {
  ageHeader,
  errorCodeHeader,
  errorHeader,
  expectedSubjectSequenceHeader,
  messageIdHeader,
  streamPositionHeader,
  traceparentHeader,
  waitForPositionHeader,
} from '../connection/headers.ts';

const json = 'application/json';

const Position = z.string().regex(/^[0-9]{1,15}$/);
const MessageId = z.string().regex(new RegExp(`^${messageIdSyntax}$`));
const StreamPosition = Position.meta({
  description:
    'Of a query: the position that the replica has applied, as in the REST API. Of a command: the position of its last ' +
    'event. Of a digest: its position.',
});

const EventHeaders = z.object({
  [messageIdHeader]: z.string().optional().meta({
    description:
      'The id of the command that caused the event. The stream discards a second message with the same id as a duplicate.',
  }),
  [expectedSubjectSequenceHeader]: Position.optional().meta({
    description:
      'Optimistic concurrency: the stream rejects the message unless the last message of the entity is at this position.',
  }),
  [traceparentHeader]: Traceparent.optional(),
});

const CommandHeaders = z.object({
  [messageIdHeader]: MessageId.optional().meta({
    description:
      'Idempotency key: a command that stored events gets the same reply if it is sent again with the same id, and is not ' +
      'executed again. The id is remembered for at least the next 100,000 stored events. The id of a command that ' +
      'stored nothing is not remembered, so the command is decided again.',
  }),
  [expectedSubjectSequenceHeader]: Position.optional().meta({
    description: 'Execute the command only if the last message of the entity is at this position.',
  }),
});

const QueryHeaders = z.object({
  [waitForPositionHeader]: z
    .string()
    .regex(waitTargetsPattern)
    .optional()
    .meta({
      description:
        'Reply after this position has been applied, or with `latest`, after all events acknowledged before the request ' +
        'have been. Positions can be given per stream: `LAPTOPS=12, PORTS=latest`.',
    }),
});

const CommandReplyHeaders = z.object({ [streamPositionHeader]: StreamPosition });

const QueryReplyHeaders = CommandReplyHeaders.extend({
  [ageHeader]: z
    .string()
    .regex(/^[0-9]+$/)
    .optional()
    .meta({
      description: 'Sent only while the replica cannot read a stream: for how many seconds it could not.',
    }),
});

const ProblemHeaders = z.object({
  [errorCodeHeader]: z
    .string()
    .regex(/^[45][0-9]{2}$/)
    .meta({ description: 'The HTTP status that the REST API would return.' }),
  [errorHeader]: z.string().meta({ description: 'The error in one line.' }),
});

/** Returns the name of an event message: `PortRenamed.v2`. */
export function nameEvent({ type, version }: EventShape): string {
  return `${type}.v${version}`;
}

export function describeEvent(schemas: Schemas, shape: EventShape): AsyncMessage {
  const { type, version, isCurrent, schema } = shape;
  const { description = type } = schema;
  return describeMessage(schemas, {
    name: type,
    title: `${type}, version ${version}`,
    summary: isCurrent
      ? String(description)
      : `${String(description)} An older version, which is read but no longer written.`,
    headers: EventHeaders,
    payload: schema,
  });
}

export function describeRejection(schemas: Schemas): AsyncMessage {
  return describeMessage(schemas, {
    name: 'rejection',
    title: 'A rejected message',
    summary: 'Why a stored message was rejected, and what would have been accepted.',
    headers: z.object({}),
    payload: schemas.describe(RejectionAnnouncement),
  });
}

export function describeRequest(schemas: Schemas, endpoint: Endpoint): AsyncMessage {
  const { name, summary, input } = endpoint;
  return describeMessage(schemas, {
    name: `${name}.request`,
    title: `Request: ${name}`,
    summary,
    headers: requestHeadersOf(endpoint),
    payload: schemas.describe(input),
  });
}

export function describeReply(schemas: Schemas, endpoint: Endpoint): AsyncMessage {
  const { name, output } = endpoint;
  return describeMessage(schemas, {
    name: `${name}.reply`,
    title: `Reply: ${name}`,
    summary: 'The result and its position.',
    headers: isQuery(endpoint) ? QueryReplyHeaders : CommandReplyHeaders,
    payload: schemas.describe(output),
  });
}

/** Describes the error reply, which is the same document as in the REST API. */
export function describeProblem(schemas: Schemas): AsyncMessage {
  const example = toProblemDocument(new Problem('not-found', problemKinds['not-found'].explanation));
  return {
    ...describeMessage(schemas, {
      name: 'problem',
      title: 'Problem',
      summary: 'The reason for a failure as a problem document (RFC 9457), with the HTTP status in a header.',
      headers: ProblemHeaders,
      payload: schemas.describe(ProblemDocument),
    }),
    contentType: problemMediaType,
    examples: [{ payload: example }],
  };
}

function requestHeadersOf(endpoint: Endpoint) {
  if (isQuery(endpoint)) return QueryHeaders;
  return endpoint.isForEveryReplica ? z.object({}) : CommandHeaders;
}

/** Whether one of the replicas replies with what it has read. */
function isQuery({ name, isForEveryReplica = false }: Endpoint): boolean {
  return !name.startsWith('commands.') && !isForEveryReplica;
}

function describeMessage(
  schemas: Schemas,
  {
    headers,
    payload,
    ...names
  }: Pick<AsyncMessage, 'name' | 'title' | 'summary' | 'payload'> & { headers: z.ZodType },
): AsyncMessage {
  const examples = schemas.examplesOf(payload).map((example) => ({ payload: example }));
  return { ...names, contentType: json, headers: schemas.describe(headers), payload, examples };
}

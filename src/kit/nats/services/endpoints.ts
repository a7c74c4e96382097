/**
 * The NATS API: commands and queries as endpoints of the NATS services framework (ADR-32 of NATS). All replicas serve
 * them in one queue group, with the same schemas, rules and problem documents as the REST API.
 */

import { headers, type NatsConnection } from 'nats';
import { z } from 'zod';
import { messageIdSyntax } from '../../eventlog/execute.ts';
import { parseWaitTargets, waitTargetsPattern, type WaitTargets } from '../../eventlog/freshness.ts';
import { describeFields } from '../../api/requests/describe-fields.ts';
import { maxBodyBytes, parseJson, type ParsedJson } from '../../api/requests/json.ts';
import { Problem } from '../../domain/problem.ts';
import { problemKinds, toProblem } from '../../api/responses/problem-document.ts';
import { parseTraceparent, traceIdOf, type BeginSpan } from '../../api/events/trace-context.ts';
import {
  ageHeader,
  expectedSubjectSequenceHeader,
  messageIdHeader,
  streamPositionHeader,
  traceparentHeader,
  waitForPositionHeader,
} from '../connection/headers.ts';
import type { ServiceRequest } from './framework/request.ts';
import { startService } from './framework/service.ts';
import { assertFits, maxReplyBytes, writeProblem, type Reply } from './replies.ts';
import { ReplicaStatus } from '../../api/responses/service-list.ts';

/** The headers of a request. */
export type RequestInfo = {
  /** `Nats-Msg-Id`: the idempotency key. */
  readonly messageId: string | undefined;
  /** `Nats-Expected-Last-Subject-Sequence`: the expected version of the entity. */
  readonly expectedVersion: number | undefined;
  /** `Wait-For-Position`. */
  readonly waitFor: WaitTargets | undefined;
  /** Trace context of the request's own span, or of the client if the request has no span. */
  readonly traceparent?: string | undefined;
  /** The payload before parsing. */
  readonly received: unknown;
  /** Maximum size of the reply's body, in bytes. */
  readonly maxReplyBytes: number;
};

/** Outcome of a request, for logs, metrics and traces. */
export type HandledNatsRequest = {
  readonly subject: string;
  /** Id of the trace that the request belongs to, if any. */
  readonly traceId: string | undefined;
  /** Equivalent HTTP status: 200, or the status of the problem. */
  readonly status: number;
  readonly milliseconds: number;
  /** The reason for a failure. */
  readonly problem: Problem | undefined;
};

export type Endpoint = {
  /** The subject without the service's name: `commands.add`. */
  readonly name: string;
  /** Summary for documentation: `Add a laptop`. */
  readonly summary: string;
  /** Schema of the request payload. */
  readonly input: z.ZodType;
  /** Schema of the reply payload. */
  readonly output: z.ZodType;
  /** Whether every replica replies to a request, instead of one of them. */
  readonly isForEveryReplica?: boolean;
  handle(input: never, info: RequestInfo): Promise<Reply>;
};

/** Declares an endpoint and infers the input type of `handle` from the schema. */
export function defineEndpoint<Input>(
  endpoint: Omit<Endpoint, 'input' | 'handle'> & {
    readonly input: z.ZodType<Input>;
    handle(input: Input, info: RequestInfo): Promise<Reply>;
  },
): Endpoint {
  return endpoint;
}

/** Maximum length of the one-line error in the header; the document has the whole text. */
const maxErrorLine = 1000;

export type ServeOptions = {
  readonly nc: NatsConnection;
  /** The service's name: `laptops`. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** Shown by `nats micro info`. */
  readonly description: string;
  readonly endpoints: readonly Endpoint[];
  status(): ReplicaStatus;
  /** Called after the reply to each request. */
  onRequestHandled?(request: HandledNatsRequest): void;
  /** Called if the server rejects a subscription. The replica does not receive requests to its subject. */
  onSubscriptionRejected?(subject: string, error: Error): void;
  /** Called if a request fails outside its handler, for example because its reply cannot be sent. */
  onRequestFailed?(subject: string, error: unknown): void;
  /** Starts a span for each request. Without it, the client's `traceparent` is passed on unchanged. */
  readonly beginSpan?: BeginSpan<HandledNatsRequest> | undefined;
};

/** Serves the endpoints. Returns a function that stops accepting requests and waits for those in flight. */
export async function serveEndpoints(options: ServeOptions): Promise<() => Promise<void>> {
  const { nc, name, version, description, status, onSubscriptionRejected, onRequestFailed } = options;
  const service = await startService({
    nc,
    name,
    version,
    description,
    endpoints: [
      ...options.endpoints.map((endpoint) => ({
        name: frameworkName(endpoint),
        subject: `${name}.${endpoint.name}`,
        metadata: describe(version, endpoint),
        ...(endpoint.isForEveryReplica && { queueGroup: '' }),
        handle: (request: ServiceRequest) => handleRequest(endpoint, request, options),
      })),
      {
        name: 'status',
        subject: `${name}.status`,
        metadata: describe(version, {
          summary: 'The status of the replica that replies',
          input: z.unknown(),
          output: ReplicaStatus,
        }),
        handle: (request: ServiceRequest) => request.respond(JSON.stringify(status())),
      },
    ],
    readData: status,
    ...(onSubscriptionRejected && { onSubscriptionRejected }),
    ...(onRequestFailed && { onHandlerError: onRequestFailed }),
  });
  return service.stop;
}

/** Returns the name in `nats micro`, which cannot contain dots. */
function frameworkName({ name }: Pick<Endpoint, 'name'>): string {
  return name.replaceAll('.', '-');
}

/** Returns the endpoint metadata that `nats micro info` shows. */
function describe(
  version: string,
  { summary, input, output }: Pick<Endpoint, 'summary' | 'input' | 'output'>,
) {
  return {
    summary,
    version,
    request: JSON.stringify(z.toJSONSchema(input, { io: 'input' })),
    response: JSON.stringify(z.toJSONSchema(output)),
  };
}

async function handleRequest(
  endpoint: Endpoint,
  message: ServiceRequest,
  { nc, name: service, beginSpan, onRequestHandled }: ServeOptions,
): Promise<void> {
  const { name, handle } = endpoint;
  const maxBytes = maxReplyBytes(nc);
  const { subject } = message;
  const start = performance.now();
  const parent = parseTraceparent(message.headers?.get(traceparentHeader));
  const span = beginSpan?.(parent);
  const traceparent = span?.traceparent ?? parent;
  let problem: Problem | undefined;
  try {
    const fromHeaders = parseHeaders(message);
    const { received, parsed } = parsePayload(endpoint, service, message.data);
    const info = { ...fromHeaders, received, traceparent, maxReplyBytes: maxBytes };
    // `defineEndpoint` ensures that the output of this schema is the input type of this handler.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const reply = await handle(parsed as never, info);
    assertFits(name, reply, maxBytes);
    const fields = headers();
    fields.set(streamPositionHeader, String(reply.position));
    if (reply.age !== undefined) fields.set(ageHeader, String(reply.age));
    message.respond(reply.text, fields);
  } catch (error) {
    problem = toProblem(error);
    // A header is a single line, but the detail may quote line breaks from the request.
    const line = problem.message.replaceAll(/[\r\n]+/g, ' ').slice(0, maxErrorLine);
    const document = writeProblem(problem, maxBytes - Buffer.byteLength(line));
    message.respondError(problemKinds[problem.code].status, line, document);
  }
  const status = problem === undefined ? 200 : problemKinds[problem.code].status;
  const traceId = traceparent && traceIdOf(traceparent);
  const request = { subject, traceId, status, milliseconds: performance.now() - start, problem };
  span?.end(request);
  onRequestHandled?.(request);
}

/** @throws Problem that says what the endpoint accepts. */
function parsePayload(endpoint: Endpoint, service: string, data: Uint8Array): ParsedJson<unknown> {
  try {
    if (data.length > maxBodyBytes)
      throw new Problem('too-large', `The payload has ${data.length} bytes; the maximum is ${maxBodyBytes}.`);
    // `nats req <subject> ''` sends an empty payload, which is treated as an empty object.
    return parseJson(endpoint.input, data.length === 0 ? emptyObject : data);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, cause, locations } = error;
    throw new Problem(code, `${message.replace(/\.?$/, '.')} ${describeInput(endpoint, service)}`, {
      cause,
      locations,
    });
  }
}

function describeInput(endpoint: Endpoint, service: string): string {
  return (
    `${service}.${endpoint.name} accepts ${describeFields(endpoint.input)}. Its JSON Schema is \`request\` of the endpoint ` +
    `${frameworkName(endpoint)} in: nats micro info ${service} --json`
  );
}

const messageIdPattern = new RegExp(`^${messageIdSyntax}$`);

const emptyObject = new TextEncoder().encode('{}');

/** @throws Problem `malformed` if a header is invalid. */
function parseHeaders({ headers: fields }: ServiceRequest): Omit<RequestInfo, 'received' | 'maxReplyBytes'> {
  const get = (name: string) => fields?.get(name) || undefined;
  const expectedVersion = get(expectedSubjectSequenceHeader);
  if (expectedVersion !== undefined && !/^[0-9]{1,15}$/.test(expectedVersion)) {
    throw new Problem(
      'malformed',
      `The header ${expectedSubjectSequenceHeader} must be a position (0, 1, 2 …).`,
    );
  }
  const waitFor = get(waitForPositionHeader);
  if (waitFor !== undefined && !waitTargetsPattern.test(waitFor)) {
    throw new Problem(
      'malformed',
      `The header ${waitForPositionHeader} must be a position (0, 1, 2 …), "latest", or one of these per stream (LAPTOPS=12, PORTS=latest).`,
    );
  }
  const messageId = get(messageIdHeader);
  if (messageId !== undefined && !messageIdPattern.test(messageId)) {
    throw new Problem(
      'malformed',
      `The header ${messageIdHeader} must be 1 to 255 visible ASCII characters.`,
    );
  }
  return {
    messageId,
    expectedVersion: expectedVersion === undefined ? undefined : Number(expectedVersion),
    waitFor: waitFor === undefined ? undefined : parseWaitTargets(waitFor),
  };
}

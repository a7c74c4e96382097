/**
 * The second door: commands and queries as endpoints of the NATS services framework (ADR-32 of NATS). Every replica
 * serves them in one queue group, with the same forms, rules and problems as REST.
 */

import { Svcm, type ServiceMsg } from '@nats-io/services';
import { headers, type NatsConnection } from 'nats';
import { z } from 'zod';
import { messageIdForm } from '../../eventlog/execute.ts';
import { parseWanted, wantedPattern, type Wanted } from '../../eventlog/freshness.ts';
import { maxBodyBytes, parseJson } from '../../api/json.ts';
import { Problem } from '../../domain/problem.ts';
import { problemKinds, toProblem, toProblemDocument } from '../../api/problem-document.ts';
import { readTraceparent, traceIdOf, type BeginSpan } from '../../api/trace-context.ts';
import {
  expectedSubjectSequenceHeader,
  messageIdHeader,
  streamPositionHeader,
  traceparentHeader,
  waitForPositionHeader,
} from '../connection/headers.ts';
import { ReplicaStatus } from './replicas.ts';

/** What a request says of itself in its headers. */
export type RequestInfo = {
  /** `Nats-Msg-Id`: the idempotency key. */
  readonly messageId: string | undefined;
  /** `Nats-Expected-Last-Subject-Sequence`: the version that the entity has to be at. */
  readonly expectedVersion: number | undefined;
  /** `Wait-For-Position`. */
  readonly waitFor: Wanted | undefined;
  /** The request's own place in its trace, whether it came with one or begins one; undefined: it has none. */
  readonly traceparent?: string | undefined;
};

export type Reply = { readonly position: number; readonly body: object };

/** How a request was answered. */
export type HandledNatsRequest = {
  readonly subject: string;
  /** The trace that the request belongs to, if it belongs to one. */
  readonly traceId: string | undefined;
  /** The status that HTTP has for it: 200, or that of the problem. */
  readonly status: number;
  readonly milliseconds: number;
  /** What went wrong, if something did. */
  readonly problem: Problem | undefined;
};

export type Endpoint = {
  /** Below the service's name: `commands.add`. */
  readonly name: string;
  /** What it does, for people: `Add a laptop`. */
  readonly summary: string;
  /** What the payload has to be. */
  readonly input: z.ZodType;
  /** What the reply is. */
  readonly output: z.ZodType;
  handle(input: never, info: RequestInfo): Promise<Reply>;
};

/** Declares an endpoint; `handle` gets its input in the type of the schema. */
export function defineEndpoint<Input>(
  endpoint: Omit<Endpoint, 'input' | 'handle'> & {
    readonly input: z.ZodType<Input>;
    handle(input: Input, info: RequestInfo): Promise<Reply>;
  },
): Endpoint {
  return endpoint;
}

/** All replicas share the requests: each is answered by one of them. The framework's own default, said here. */
export const queueGroup = 'q';

export type ServeOptions = {
  readonly nc: NatsConnection;
  /** The service's name: `laptops`. */
  readonly name: string;
  /** A semantic version. */
  readonly version: string;
  /** Shown by `nats micro info`. */
  readonly description: string;
  readonly endpoints: readonly Endpoint[];
  /** What this replica says of itself. */
  status(): ReplicaStatus;
  /** Called for every answered request. */
  onRequestHandled?(request: HandledNatsRequest): void;
  /** Begins a span for every request; without it a request's own `traceparent` is handed on as it is. */
  readonly beginSpan?: BeginSpan<HandledNatsRequest> | undefined;
};

/** Serves the endpoints; what is returned takes no new request and waits for those that are being answered. */
export async function serveEndpoints(options: ServeOptions): Promise<() => Promise<void>> {
  const { nc, name, version, description, endpoints, status } = options;
  const underWay = new Set<Promise<void>>();
  const service = await new Svcm(nc).add({
    name,
    version,
    description,
    queue: queueGroup,
    statsHandler: () => Promise.resolve(status()),
  });

  for (const endpoint of endpoints) {
    service.addEndpoint(endpoint.name.replace('.', '-'), {
      subject: `${name}.${endpoint.name}`,
      metadata: describe(version, endpoint),
      handler: (error, message) => {
        if (error !== null) return;
        const answered = answer(endpoint, message, options).finally(() => underWay.delete(answered));
        underWay.add(answered);
      },
    });
  }
  service.addEndpoint('status', {
    subject: `${name}.status`,
    metadata: describe(version, {
      summary: 'What the replica that answers says of itself',
      input: z.unknown(),
      output: ReplicaStatus,
    }),
    handler: (error, message) => {
      if (error === null) message.respond(JSON.stringify(status()));
    },
  });

  return async () => {
    await service.stop();
    await Promise.all(underWay);
  };
}

/** What `nats micro info` shows of an endpoint. */
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

async function answer(
  { input, handle }: Endpoint,
  message: ServiceMsg,
  { beginSpan, onRequestHandled }: ServeOptions,
): Promise<void> {
  const { subject } = message;
  const start = performance.now();
  const parent = readTraceparent(message.headers?.get(traceparentHeader));
  const span = beginSpan?.(parent);
  const traceparent = span?.traceparent ?? parent;
  let problem: Problem | undefined;
  try {
    const info = { ...readInfo(message), traceparent };
    // What the schema of this endpoint gave is what its handler takes: `defineEndpoint` has seen to that.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const reply = await handle(parsePayload(input, message.data) as never, info);
    const fields = headers();
    fields.set(streamPositionHeader, String(reply.position));
    message.respond(JSON.stringify(reply.body), { headers: fields });
  } catch (error) {
    problem = toProblem(error);
    const document = JSON.stringify(toProblemDocument(problem));
    // A header is one line; the detail may quote what was sent.
    const line = problem.message.replaceAll(/[\r\n]+/g, ' ');
    message.respondError(problemKinds[problem.code].status, line, document);
  }
  const status = problem === undefined ? 200 : problemKinds[problem.code].status;
  const traceId = traceparent && traceIdOf(traceparent);
  const answered = { subject, traceId, status, milliseconds: performance.now() - start, problem };
  span?.end(answered);
  onRequestHandled?.(answered);
}

function parsePayload(schema: z.ZodType, data: Uint8Array): unknown {
  if (data.length > maxBodyBytes) throw new Problem('too-large', 'A payload may have 64 KiB.');
  // `nats req subject ''` asks without saying anything: that is what an empty object says.
  return parseJson(schema, data.length === 0 ? emptyObject : data);
}

const messageIdPattern = new RegExp(`^${messageIdForm}$`);

const emptyObject = new TextEncoder().encode('{}');

/** @throws Problem `malformed` when a header has not its form. */
function readInfo({ headers: fields }: ServiceMsg): RequestInfo {
  const get = (name: string) => fields?.get(name) || undefined;
  const expectedVersion = get(expectedSubjectSequenceHeader);
  if (expectedVersion !== undefined && !/^[0-9]{1,15}$/.test(expectedVersion)) {
    throw new Problem(
      'malformed',
      `The header ${expectedSubjectSequenceHeader} must be a position (0, 1, 2 …).`,
    );
  }
  const waitFor = get(waitForPositionHeader);
  if (waitFor !== undefined && !wantedPattern.test(waitFor)) {
    throw new Problem(
      'malformed',
      `The header ${waitForPositionHeader} must be a position (0, 1, 2 …), "latest", or one of these for each stream.`,
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
    waitFor: waitFor === undefined ? undefined : parseWanted(waitFor),
  };
}

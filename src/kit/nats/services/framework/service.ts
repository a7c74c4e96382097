/** A service of the NATS services framework (ADR-32 of NATS): endpoints, discovery and statistics. */

import { nuid, type Msg, type NatsConnection, type Subscription } from 'nats';
import { createCounters, type Counters } from './counters.ts';
import { controlSubject, defaultQueueGroup, serviceNamePattern, versionPattern } from './protocol.ts';
import { createRequest, type ServiceRequest } from './request.ts';
import { createResponses } from './responses.ts';

export type ServiceEndpoint = {
  /** Shown by `nats micro`. Letters, digits, `-` and `_`. */
  readonly name: string;
  readonly subject: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** One member of the group handles each request; `''`: every replica does. Default: the framework's default group. */
  readonly queueGroup?: string;
  handle(request: ServiceRequest): void | Promise<void>;
};

export type ServiceOptions = {
  readonly nc: NatsConnection;
  /** Letters, digits, `-` and `_`. All replicas of a service have the same name. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly endpoints: readonly ServiceEndpoint[];
  /** Returns the additional data in the statistics of each endpoint. */
  readData?(): unknown;
  /** The server rejected a subscription. The service does not receive requests to its subject. */
  onSubscriptionRejected?(subject: string, error: Error): void;
  /** A handler threw, or its reply is larger than a message may be. The client receives an error reply with the code 500. */
  onHandlerError?(subject: string, error: unknown): void;
};

export type RunningService = {
  /** Distinguishes the replicas of a service. */
  readonly id: string;
  /** Stops accepting requests and waits for those in flight. Never rejects. */
  stop(): Promise<void>;
};

/**
 * Subscribes to the endpoints and to the control subjects. Resolves when the server has processed the subscriptions.
 *
 * @throws Error if a name or the version is invalid.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { nc, name, version, metadata = {} } = options;
  assertName('service', name);
  for (const endpoint of options.endpoints) assertName('endpoint', endpoint.name);
  if (!versionPattern.test(version)) throw new Error(`the version is not a semantic version: "${version}"`);

  const id = nuid.next();
  const endpoints = options.endpoints.map((endpoint) => ({
    queueGroup: defaultQueueGroup,
    ...endpoint,
    counters: createCounters(),
  }));
  const responses = createResponses({ ...options, id, metadata, endpoints });
  const inFlight = new Set<Promise<void>>();

  function accept(endpoint: (typeof endpoints)[number], message: Msg): void {
    const handled = handleRequest(endpoint, message, options).finally(() => inFlight.delete(handled));
    inFlight.add(handled);
  }

  function reply(write: () => string, message: Msg): void {
    try {
      message.respond(write());
    } catch (error) {
      options.onHandlerError?.(message.subject, error);
    }
  }

  function subscribe(subject: string, receive: (message: Msg) => void, queue = ''): Subscription {
    return nc.subscribe(subject, {
      // Without a queue group, the option must be absent: when the server rejects a subscription, the client finds it by
      // its subject and queue group.
      ...(queue !== '' && { queue }),
      callback(error, message) {
        if (error === null) receive(message);
        else options.onSubscriptionRejected?.(subject, error);
      },
    });
  }

  const subscriptions = [
    ...endpoints.map((endpoint) =>
      subscribe(endpoint.subject, (message) => accept(endpoint, message), endpoint.queueGroup),
    ),
    ...(['PING', 'INFO', 'STATS'] as const).flatMap((verb) =>
      [{}, { name }, { name, id }].map((target) =>
        subscribe(controlSubject(verb, target), (message) => reply(responses[verb], message)),
      ),
    ),
  ];
  // If the connection is lost, the client subscribes again after it has reconnected.
  await nc.flush().catch(() => undefined);

  return {
    id,
    async stop() {
      // Draining fails if the connection is closed or the server rejected the subscription.
      await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
      await Promise.all(inFlight);
    },
  };
}

/** Never rejects. */
async function handleRequest(
  { handle, subject, counters }: ServiceEndpoint & { readonly counters: Counters },
  message: Msg,
  { onHandlerError }: ServiceOptions,
): Promise<void> {
  const receivedAt = performance.now();
  let lastError: string | undefined;
  const request = createRequest(message, (error) => (lastError = error));
  try {
    await handle(request);
  } catch (error) {
    onHandlerError?.(subject, error);
    request.respondError(500, 'Internal error');
  }
  counters.add(performance.now() - receivedAt, lastError);
}

function assertName(kind: string, name: string): void {
  if (serviceNamePattern.test(name)) return;
  throw new Error(`the name of the ${kind} may contain only letters, digits, "-" and "_": "${name}"`);
}

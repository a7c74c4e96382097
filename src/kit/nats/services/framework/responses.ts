import type { Counters } from './counters.ts';
import type { InfoResponse, PingResponse, StatsResponse, Verb } from './protocol.ts';

export type Described = {
  readonly name: string;
  /** Distinguishes the replicas of a service. */
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly endpoints: readonly {
    readonly name: string;
    readonly subject: string;
    readonly queueGroup: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly counters: Counters;
  }[];
  /** Returns the additional data in the statistics of each endpoint. */
  readData?(): unknown;
};

/** Returns a function for each control request, which writes the response as JSON. */
export function createResponses(service: Described): Record<Verb, () => string> {
  const { name, id, version, description, metadata, endpoints, readData } = service;
  const identity = { name, id, version, metadata: { ...metadata } };
  const started = new Date().toISOString();
  const identify = (endpoint: Described['endpoints'][number]) => ({
    name: endpoint.name,
    subject: endpoint.subject,
    queue_group: endpoint.queueGroup,
  });

  const ping: PingResponse = { type: 'io.nats.micro.v1.ping_response', ...identity };
  const info: InfoResponse = {
    type: 'io.nats.micro.v1.info_response',
    ...identity,
    description,
    endpoints: endpoints.map((endpoint) => ({
      ...identify(endpoint),
      metadata: { ...endpoint.metadata },
    })),
  };
  const texts = { ping: JSON.stringify(ping), info: JSON.stringify(info) };

  return {
    PING: () => texts.ping,
    INFO: () => texts.info,
    STATS() {
      const data = readData?.();
      return JSON.stringify({
        type: 'io.nats.micro.v1.stats_response',
        ...identity,
        started,
        endpoints: endpoints.map((endpoint) => ({
          ...identify(endpoint),
          ...endpoint.counters.read(),
          data,
        })),
      } satisfies StatsResponse);
    },
  };
}

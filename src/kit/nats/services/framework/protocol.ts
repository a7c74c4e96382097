/** Wire format of the NATS services framework (ADR-32 of NATS): control subjects, names and responses. */

import { z } from 'zod';

/** One replica of the queue group handles each request. This is the framework's default. */
export const defaultQueueGroup = 'q';

export type Verb = 'PING' | 'INFO' | 'STATS';

/** Names of services and endpoints. */
export const serviceNamePattern = /^[A-Za-z0-9_-]+$/;

/** Semantic Versioning 2.0.0: the regular expression of semver.org, without its groups. */
const numericIdentifier = String.raw`(?:0|[1-9]\d*)`;
const preReleaseIdentifier = String.raw`(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)`;
export const versionPattern = new RegExp(
  `^${numericIdentifier}(?:\\.${numericIdentifier}){2}` +
    `(?:-${preReleaseIdentifier}(?:\\.${preReleaseIdentifier})*)?` +
    String.raw`(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`,
);

/** Addresses every service, the replicas of the service `name`, or its replica `id`. */
export type Target = { readonly name?: string; readonly id?: string };

export function controlSubject(verb: Verb, { name, id }: Target = {}): string {
  return ['$SRV', verb, name, id].filter((token) => token !== undefined).join('.');
}

const responseType = (verb: Lowercase<Verb>) => z.literal(`io.nats.micro.v1.${verb}_response`);

// The defaults accept services written with other libraries, which omit fields that have no value or set them to null.
const Metadata = z.preprocess((value) => value ?? {}, z.record(z.string(), z.string()));
const listOf = <T extends z.ZodType>(item: T) => z.preprocess((value) => value ?? [], z.array(item));

const identity = { name: z.string(), id: z.string(), version: z.string(), metadata: Metadata };

export const PingResponse = z.object({ type: responseType('ping'), ...identity });
export type PingResponse = z.infer<typeof PingResponse>;

const endpointIdentity = { name: z.string(), subject: z.string(), queue_group: z.string().default('') };

export const InfoResponse = z.object({
  type: responseType('info'),
  ...identity,
  description: z.string(),
  endpoints: listOf(z.object({ ...endpointIdentity, metadata: Metadata })),
});
export type InfoResponse = z.infer<typeof InfoResponse>;

export const EndpointStatistics = z.object({
  ...endpointIdentity,
  num_requests: z.int(),
  num_errors: z.int(),
  /** `404: There is no laptop 1`; empty if there was no error. */
  last_error: z.string().default(''),
  /** Time from the arrival of a request until its handler has finished, in ns, summed over all requests. */
  processing_time: z.int(),
  /** `processing_time` divided by `num_requests`, truncated. */
  average_processing_time: z.int(),
  /** Additional data of the service. */
  data: z.unknown().optional(),
});
export type EndpointStatistics = z.infer<typeof EndpointStatistics>;

export const StatsResponse = z.object({
  type: responseType('stats'),
  ...identity,
  /** ISO 8601, UTC. */
  started: z.string(),
  endpoints: listOf(EndpointStatistics),
});
export type StatsResponse = z.infer<typeof StatsResponse>;

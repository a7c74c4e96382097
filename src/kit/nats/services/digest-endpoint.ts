/**
 * `queries.digest`: every replica replies with a digest of its state at a requested position. Replicas with equal folds
 * have equal digests at equal positions; otherwise one of them is wrong.
 */

import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NoRespondersError, type NatsConnection } from 'nats';
import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { Problem } from '../../domain/problem.ts';
import { captureAt, stateDigestFormat, stateLines } from '../../eventlog/view/state-digest.ts';
import type { View, ViewImage } from '../../eventlog/view/view.ts';
import { defineEndpoint, type Endpoint } from './endpoints.ts';

const endpointName = 'queries.digest';
/** Its name in the statistics of a replica, see `findReplicas`. */
export const digestEndpointName = 'queries-digest';

/** How long a replica waits for the requested position, in ms. */
const waitMs = 2_000;
/** Allowance for the computation of the digest, in ms. A million entities take seconds. */
const computeMs = 20_000;
/** Requests that may wait or be computed at once. Each holds an image of the view. */
const maxPending = 8;

const DigestRequest = z.strictObject({
  stream: z
    .string()
    .optional()
    .meta({ description: 'The stream whose view is meant. Default: that of the service.' }),
  position: z.int().min(0).optional().meta({ description: 'Default: the position of the replica.' }),
});
export type DigestRequest = z.infer<typeof DigestRequest>;

export const StateDigest = z.object({
  /** Host name and process id: `pod-7-42`. */
  replica: z.string(),
  stream: z.string(),
  position: z.int().meta({
    description: 'The position of the state. If `digest` is null, the position that the replica has applied.',
  }),
  foldVersion: z.string().meta({
    description: 'Identifies the code of the fold. Digests of different versions cannot be compared.',
  }),
  format: z.int().meta({ description: 'The version of the algorithm that computes the digest.' }),
  digest: z
    .string()
    .nullable()
    .meta({
      description:
        'Null if the replica is past the requested position, or did not reach it within ' +
        `${waitMs / 1000} s.`,
    }),
});
export type StateDigest = z.infer<typeof StateDigest>;

/** A view of a replica, and the initial state of its fold. */
export type DigestSource = {
  readonly stream: string;
  readonly view: View<unknown, DomainEvent>;
  readonly initial: unknown;
};

/** @param sources the views of the replica; the first one is the default. */
export function digestEndpoint(
  replica: string,
  foldVersion: string,
  sources: readonly DigestSource[],
): Endpoint {
  let pending = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** Digests are computed one after the other, so that the share of the event loop is bounded. */
  function digestNext(image: ViewImage<unknown>, initial: unknown): Promise<string> {
    const digest = queue.then(() => digestOf(image, initial));
    queue = digest.catch(() => undefined);
    return digest;
  }

  async function answer({ stream: wanted, position: target }: DigestRequest): Promise<StateDigest> {
    const source = wanted === undefined ? sources[0] : sources.find(({ stream }) => stream === wanted);
    if (source === undefined) {
      const names = sources.map(({ stream }) => stream).join(', ');
      throw new Problem('malformed', `\`stream\` must be one of: ${names}.`);
    }
    const { stream, view, initial } = source;
    const image = await captureAt(view, target ?? view.position, waitMs);
    const digest = image === undefined ? null : await digestNext(image, initial);
    const position = image?.position ?? view.position;
    return { replica, stream, position, foldVersion, format: stateDigestFormat, digest };
  }

  const example = {
    replica: 'pod-7-42',
    stream: 'STREAM',
    position: 12,
    foldVersion: 'V1tX',
    format: 1,
    digest: '9a0b',
  };
  return defineEndpoint({
    name: endpointName,
    summary: 'Get a digest of the state at a position from every replica',
    isForEveryReplica: true,
    input: DigestRequest.meta({ examples: [{}] }),
    output: StateDigest.meta({ examples: [example] }),
    async handle(request) {
      if (pending >= maxPending) {
        throw new Problem(
          'unavailable',
          `Too many requests for a digest (limit ${maxPending}). Retry later.`,
        );
      }
      pending += 1;
      try {
        const reply = await answer(request);
        return { position: reply.position, text: JSON.stringify(reply) };
      } finally {
        pending -= 1;
      }
    },
  });
}

/**
 * Requests the digest from all replicas of a service. Returns the replies that arrive until `replicas` have replied, or
 * until the timeout.
 */
export async function requestDigests(
  nc: NatsConnection,
  service: string,
  replicas: number,
  request: DigestRequest,
): Promise<StateDigest[]> {
  const found: StateDigest[] = [];
  if (replicas === 0) return found;
  try {
    const replies = await nc.requestMany(`${service}.${endpointName}`, JSON.stringify(request), {
      strategy: 'count',
      maxMessages: replicas,
      maxWait: waitMs + computeMs,
    });
    for await (const reply of replies) {
      // An error reply is a problem document.
      const digest = StateDigest.safeParse(reply.json());
      if (digest.success) found.push(digest.data);
    }
  } catch (error) {
    if (!(error instanceof NoRespondersError)) throw error;
  }
  return found;
}

/** Yields to the event loop after each line. */
async function digestOf(image: ViewImage<unknown>, initial: unknown): Promise<string> {
  const hash = createHash('sha256');
  for (const line of stateLines(image, initial)) {
    hash.update(line).update('\n');
    await nextTurn();
  }
  // 64 bits are enough to detect a difference that nobody made on purpose.
  return hash.digest('hex').slice(0, 16);
}

/** Finds the running services (ADR-32 of NATS). Every replica of a service replies for itself. */

import { errors, type Msg, type NatsConnection, type RequestManyOptions } from 'nats';
import type { z } from 'zod';
import {
  controlSubject,
  InfoResponse,
  PingResponse,
  StatsResponse,
  type Target,
  type Verb,
} from './protocol.ts';

/** Replies are collected for up to two seconds, and until none has arrived for 300 ms. */
const collection = { strategy: 'stall', maxWait: 2_000, stall: 300 } satisfies Partial<RequestManyOptions>;

export const pingServices = (nc: NatsConnection, target?: Target): Promise<PingResponse[]> =>
  collect(nc, 'PING', target, PingResponse);

export const fetchServiceInfo = (nc: NatsConnection, target?: Target): Promise<InfoResponse[]> =>
  collect(nc, 'INFO', target, InfoResponse);

export const fetchServiceStats = (nc: NatsConnection, target?: Target): Promise<StatsResponse[]> =>
  collect(nc, 'STATS', target, StatsResponse);

/** Ignores replies that do not match the schema: any client may subscribe to these subjects. */
async function collect<T>(
  nc: NatsConnection,
  verb: Verb,
  target: Target | undefined,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const found: T[] = [];
  try {
    for await (const reply of await nc.requestMany(controlSubject(verb, target), '', { ...collection })) {
      const response = schema.safeParse(readJson(reply));
      if (response.success) found.push(response.data);
    }
  } catch (error) {
    if (error instanceof errors.NoRespondersError) return [];
    throw error;
  }
  return found;
}

function readJson(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

/** Compares a stream with its definition. The provisioner, the doctor and the services use the same comparison. */

import { isDeepStrictEqual } from 'node:util';
import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { brokerErrors } from '../connection/broker-errors.ts';
import {
  isUnset,
  streamOptions,
  unknownOption,
  type StreamDefinition,
  type StreamOption,
} from './stream-options.ts';

/** An option of a stream that differs from its definition. */
export type Difference = {
  readonly field: string;
  readonly actual: unknown;
  /** The value in the definition; the server's default if the definition does not name the option. */
  readonly wanted: unknown;
  /** Whether the change loses no data and is compatible with existing messages. */
  readonly safe: boolean;
  /** Consequence of the difference; undefined if it affects no event. */
  readonly endangers?: string | undefined;
};

/**
 * Who compares: the `provisioner` every option, the `owner` of the stream all but those that a deployment may choose, and
 * a `follower` only those that change the content.
 */
export type Comparing = 'provisioner' | 'owner' | 'follower';

/** Returns undefined if the stream does not exist. */
export async function compareStream(
  jsm: JetStreamManager,
  wanted: StreamDefinition,
  comparing: Comparing = 'provisioner',
): Promise<Difference[] | undefined> {
  try {
    const { config } = await jsm.streams.info(wanted.name);
    return compareOptions(config, wanted, comparing);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
    throw error;
  }
}

/** @param config the configuration that the server reports, or a definition. */
export function compareOptions(
  config: StreamDefinition,
  definition: StreamDefinition,
  comparing: Comparing = 'provisioner',
): Difference[] {
  const fields = new Set([...Object.keys(definition), ...Object.keys(streamOptions), ...Object.keys(config)]);
  return [...fields].flatMap((field) => {
    const option = streamOptions[field] ?? unknownOption;
    const wanted = valueOf(definition, field, option);
    const isChosenElsewhere = option.scope === 'deployment' && wanted === undefined;
    if (isChosenElsewhere || !concerns(option, comparing)) return [];
    return compareOption(field, option, valueOf(config, field, option), wanted);
  });
}

/** Formats a difference: `no_ack is true, wanted unset (the server acknowledges no message: …)`. */
export function describeDifference({ field, actual, wanted, endangers }: Difference): string {
  const text = `${field} is ${formatValue(actual)}, wanted ${formatValue(wanted)}`;
  return endangers === undefined ? text : `${text} (${endangers})`;
}

function concerns({ scope }: StreamOption, comparing: Comparing): boolean {
  switch (comparing) {
    case 'provisioner':
      return true;
    case 'owner':
      return scope !== 'deployment';
    case 'follower':
      return scope === 'content';
  }
}

function valueOf(config: StreamDefinition, field: string, { initial }: StreamOption): unknown {
  const value = new Map<string, unknown>(Object.entries(config)).get(field);
  return isUnset(value) ? (initial?.(config) ?? value) : value;
}

function compareOption(
  field: string,
  { endangers, isSafe }: StreamOption,
  actual: unknown,
  wanted: unknown,
): Difference[] {
  if (isDeepStrictEqual(withoutUnset(actual), withoutUnset(wanted))) return [];
  return [{ field, actual, wanted, safe: isSafe?.(actual, wanted) ?? false, endangers }];
}

/** Removes what the server omits or adds: unset members, and its own metadata. */
function withoutUnset(value: unknown): unknown {
  if (isUnset(value)) return undefined;
  if (Array.isArray(value)) return value.map(withoutUnset);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([key, member]) => !key.startsWith('_nats.') && !isUnset(member),
  );
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUnset(member)]));
}

function formatValue(value: unknown): string {
  return value === undefined ? 'unset' : JSON.stringify(value);
}

/** Checks how much of JetStream's file storage is used: by the account, by a server, and by a stream with limits. */

import type { JetStreamAccountStats, StreamInfo } from '@nats-io/jetstream';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount } from './measures.ts';

type Usage = {
  readonly used: number;
  /** Negative: unlimited. */
  readonly limit: number;
  format(count: number): string;
};

/**
 * Shares of a limit, in percent. An account rejects a message that would exceed its limit, so its usage may stay below
 * 100 although writes are rejected. A server rejects messages once its limit is exceeded.
 */
const [nearlyFull, full] = [80, 95];

/** @param remedy how to raise the limit. */
export function assessStorage(name: string, { used, limit, format }: Usage, remedy: string): Finding {
  if (limit < 0) return ok(name, `${format(used)} used, unlimited`);
  const percent = limit === 0 ? 100 : Math.floor((100 * used) / limit);
  const detail = `${format(used)} of ${format(limit)} used (${percent} %)`;
  if (percent >= full) return failure(name, `full: ${detail}; writes are or soon will be rejected`, remedy);
  return percent >= nearlyFull ? warning(name, `nearly full: ${detail}`, remedy) : ok(name, detail);
}

/** @param server name of the finding’s server; empty if it has none. */
export function assessServerStorage(server: string, used: number, limit: number): Finding {
  const name = server === '' ? 'storage' : `storage ${server}`;
  return assessStorage(
    name,
    { used, limit, format: formatBytes },
    'add disk space and raise `max_file_store` in the jetstream block of the server’s configuration',
  );
}

/** The limit of a tier such as `R3` applies to each of its three replicas, but all of them count as usage. */
export function examineAccount({ tiers = {}, ...account }: JetStreamAccountStats): Finding[] {
  const entries = Object.entries(tiers);
  const remedy = 'raise the storage limit of the account (`max_file`, or its JWT)';
  const assess = (name: string, used: number, limit: number) =>
    assessStorage(name, { used, limit, format: formatBytes }, remedy);
  if (entries.length === 0) return [assess('storage account', account.storage, account.limits.max_storage)];
  return entries.flatMap(([tier, usage]) =>
    usage === undefined
      ? []
      : [assess(`storage account ${tier}`, usage.storage, usage.limits.max_storage * Number(tier.slice(1)))],
  );
}

/** Returns findings for the limits of a stream that it has reached, or nearly. */
export function examineStreamLimits({ config, state }: StreamInfo): Finding[] {
  const usages = [
    ['max_bytes', { used: state.bytes, limit: config.max_bytes, format: formatBytes }],
    ['max_msgs', { used: state.messages, limit: config.max_msgs, format: formatCount }],
  ] as const;
  return usages
    .map(([option, usage]) =>
      assessStorage(
        `${option} ${config.name}`,
        usage,
        `raise ${option} in the stream’s file; npm run provision`,
      ),
    )
    .filter(({ verdict }) => verdict !== 'ok');
}

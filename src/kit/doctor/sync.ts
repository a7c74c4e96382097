/**
 * Checks whether a server syncs messages to disk before it acknowledges them, and how full its storage is. Neither is
 * available to ordinary accounts, but the server's monitoring endpoint exposes both.
 */

import { z } from 'zod';
import { messageOf } from '../domain/error-message.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatDuration } from './measures.ts';
import type { Server } from './servers.ts';
import { assessServerStorage } from './storage.ts';

/** The part of `/varz` that this check reads (nats-server 2.12+). */
const Monitored = z.object({
  server_id: z.string(),
  server_name: z.string(),
  cluster: z.object({ name: z.string().optional() }).optional(),
  jetstream: z
    .object({
      config: z
        .object({
          /** Absent unless the setting is `always`; `sync_interval` is then meaningless. */
          sync_always: z.boolean().default(false),
          /** In nanoseconds. */
          sync_interval: z.number(),
          /** In bytes. Not configured: three quarters of the space that was free at the start of the server. */
          max_storage: z.number().optional(),
        })
        .optional(),
      stats: z.object({ storage: z.number() }).optional(),
    })
    .optional(),
});

export type Monitored = z.infer<typeof Monitored>;

/** Request timeout of a monitoring endpoint, in ms. */
const monitorTimeoutMs = 3_000;

const remedy = 'set NATS_MONITOR_URL to the monitoring URLs of all servers (`http` in their configuration)';

/** @param replicated whether every stream has at least three replicas. */
export async function examineSync(
  monitorUrls: readonly string[],
  servers: readonly Server[],
  replicated: boolean,
): Promise<Finding[]> {
  const results = await Promise.all(monitorUrls.map(fetchMonitoring));
  const responses = results.filter((result) => 'monitored' in result);
  const matching = responses.filter(({ monitored }) => servers.some((server) => isSame(server, monitored)));
  const unmonitored = servers.filter(({ id }) =>
    matching.every(({ monitored }) => monitored.server_id !== id),
  );

  const findings = results.flatMap((result) => {
    if ('reason' in result) {
      return warning(`sync ${result.url}`, `unknown: no response (${result.reason})`, remedy);
    }
    const { url, monitored } = result;
    return matching.includes(result)
      ? [assessSync(monitored, replicated), ...assessUsage(monitored)]
      : warning(
          `sync ${url}`,
          `unknown: this URL belongs to another server, ${monitored.server_name}`,
          remedy,
        );
  });
  // One finding per cause: a wrong URL has already been reported in place of its server.
  if (matching.length < results.length) return findings;
  return [
    ...findings,
    ...unmonitored.map(({ name }) =>
      warning(`sync ${name}`, 'unknown: the server is missing from NATS_MONITOR_URL', remedy),
    ),
  ];
}

export function assessSync({ server_id, server_name, jetstream }: Monitored, replicated: boolean): Finding {
  const name = server_name === server_id ? 'sync' : `sync ${server_name}`;
  if (jetstream?.config === undefined) return ok(name, 'the server has no JetStream and stores nothing');
  const { sync_always, sync_interval } = jetstream.config;
  if (sync_always) return ok(name, 'sync_interval: always');
  const interval = formatDuration(sync_interval / 1e6);
  const change = 'set `sync_interval: always` in the jetstream block of the server’s configuration';
  return replicated
    ? warning(
        name,
        `messages are synced to disk every ${interval}: if a majority of the machines loses power at the same time, acknowledged writes are lost`,
        change,
      )
    : failure(
        name,
        `messages are synced to disk every ${interval}: if the machine crashes, writes acknowledged since the last sync are lost`,
        change,
      );
}

/** Returns no finding for a server without JetStream. */
function assessUsage({ server_id, server_name, jetstream }: Monitored): Finding[] {
  const [used, limit] = [jetstream?.stats?.storage, jetstream?.config?.max_storage];
  if (used === undefined || limit === undefined) return [];
  return [assessServerStorage(server_name === server_id ? '' : server_name, used, limit)];
}

/** Servers of a cluster are matched by its name, a single server by its id. */
function isSame({ id, cluster }: Server, monitored: Monitored): boolean {
  return monitored.server_id === id || (cluster !== undefined && monitored.cluster?.name === cluster);
}

type MonitoringResult =
  | { readonly url: string; readonly monitored: Monitored }
  | { readonly url: string; readonly reason: string };

async function fetchMonitoring(url: string): Promise<MonitoringResult> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/varz`, {
      signal: AbortSignal.timeout(monitorTimeoutMs),
    });
    if (!response.ok) return { url, reason: `status ${response.status}` };
    const parsed = Monitored.safeParse(await response.json());
    return parsed.success
      ? { url, monitored: parsed.data }
      : { url, reason: 'the response is not that of a nats-server monitoring endpoint' };
  } catch (error) {
    // The message of fetch is only "fetch failed"; its cause has the reason.
    const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return { url, reason: messageOf(cause) || code };
  }
}

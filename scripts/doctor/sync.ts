/**
 * Whether a server has written to the disk what it acknowledged. An ordinary account is not told, but the server's
 * monitoring endpoint is open about it.
 */

import { z } from 'zod';
import { describeError, failure, ok, warning, type Finding } from './finding.ts';
import { formatDuration } from './measures.ts';
import type { Server } from './servers.ts';

/** The part of `/varz` that matters here (nats-server 2.12+). */
const Monitored = z.object({
  server_id: z.string(),
  server_name: z.string(),
  cluster: z.object({ name: z.string().optional() }).optional(),
  jetstream: z
    .object({
      config: z
        .object({
          /** Absent unless the setting is `always`; the interval then says nothing. */
          sync_always: z.boolean().default(false),
          /** In nanoseconds. */
          sync_interval: z.number(),
        })
        .optional(),
    })
    .optional(),
});

export type Monitored = z.infer<typeof Monitored>;

/** How long, in milliseconds, a monitoring endpoint may take. */
const monitorTimeoutMs = 3_000;

const remedy = 'set NATS_MONITOR_URL to the monitoring address of every server (`http` in its configuration)';

/** @param replicated whether every stream is kept by three servers at least. */
export async function examineSync(
  monitorUrls: readonly string[],
  servers: readonly Server[],
  replicated: boolean,
): Promise<Finding[]> {
  const asked = await Promise.all(monitorUrls.map(askMonitor));
  const answers = asked.filter((answer) => 'monitored' in answer);
  const known = answers.filter(({ monitored }) => servers.some((server) => isOf(server, monitored)));
  const unseen = servers.filter(({ id }) => known.every(({ monitored }) => monitored.server_id !== id));

  const findings = asked.map((answer) => {
    if ('reason' in answer) {
      return warning(`sync ${answer.url}`, `not known: it does not answer (${answer.reason})`, remedy);
    }
    const { url, monitored } = answer;
    return known.includes(answer)
      ? judgeSync(monitored, replicated)
      : warning(`sync ${url}`, `not known: that is another server, ${monitored.server_name}`, remedy);
  });
  // One line for one cause: an address that is wrong already stands for the server that it does not show.
  if (known.length < asked.length) return findings;
  return [
    ...findings,
    ...unseen.map(({ name }) =>
      warning(`sync ${name}`, 'not known: NATS_MONITOR_URL does not name its monitoring', remedy),
    ),
  ];
}

export function judgeSync({ server_id, server_name, jetstream }: Monitored, replicated: boolean): Finding {
  const name = server_name === server_id ? 'sync' : `sync ${server_name}`;
  if (jetstream?.config === undefined) return ok(name, 'it has no JetStream and stores nothing');
  const { sync_always, sync_interval } = jetstream.config;
  if (sync_always) return ok(name, 'sync_interval: always');
  const interval = formatDuration(sync_interval / 1e6);
  const change = 'set `sync_interval: always` in the jetstream block of the server’s configuration';
  return replicated
    ? warning(
        name,
        `the disk is up to ${interval} behind: when the machines of a majority lose power together, acknowledged writes are lost`,
        change,
      )
    : failure(
        name,
        `the disk is up to ${interval} behind: when the machine dies, writes acknowledged in that time are lost`,
        change,
      );
}

/** Servers of one cluster carry its name; a server alone is known by its id. */
function isOf({ id, cluster }: Server, monitored: Monitored): boolean {
  return monitored.server_id === id || (cluster !== undefined && monitored.cluster?.name === cluster);
}

type Answer =
  | { readonly url: string; readonly monitored: Monitored }
  | { readonly url: string; readonly reason: string };

async function askMonitor(url: string): Promise<Answer> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/varz`, {
      signal: AbortSignal.timeout(monitorTimeoutMs),
    });
    if (!response.ok) return { url, reason: `status ${response.status}` };
    const parsed = Monitored.safeParse(await response.json());
    return parsed.success
      ? { url, monitored: parsed.data }
      : { url, reason: 'what answers is not a nats-server’s monitoring' };
  } catch (error) {
    // fetch hides why behind "fetch failed".
    const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return { url, reason: describeError(cause) || code };
  }
}

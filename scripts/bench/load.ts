/** Load generators. They always run in a separate process. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { stopChild, nextMessage, startNode, type ResourceScope } from './child-processes.ts';
import { headersOf, type HttpLoad, type HttpRequest } from './load/http-load.ts';
import { installNpmPeers, peerFile } from './subjects/peers.ts';
import type { Sample } from './rounds.ts';

/** Timeout of a load process, in ms. */
const loadTimeoutMs = 200_000;

/**
 * Runs a program in `load/` or `peers/` with `job` and resolves with its results.
 *
 * @param until ends a paced load before its time
 */
export async function runLoad<T>(
  scope: ResourceScope,
  file: URL,
  job: object,
  until?: Promise<unknown>,
): Promise<T> {
  const child = startNode(file, { args: [JSON.stringify(job)] });
  scope.defer(() => stopChild(child));
  void until?.then(() => child.connected && child.send('stop'));
  try {
    return await nextMessage<T>(child, loadTimeoutMs);
  } finally {
    await stopChild(child);
  }
}

export const loadFile = (name: string) => new URL(`load/${name}`, import.meta.url);

/** Throughput in responses per second, and latencies in ms. */
export type LoadResult = Sample & { readonly perSecond: number; readonly p50: number; readonly p99: number };

/**
 * Generates load in a closed loop: each connection sends its next request after the response. Uses wrk if it is on PATH,
 * because it needs less CPU time; otherwise autocannon. Neither can send HEAD requests.
 *
 * @throws Error if a request fails
 */
export async function runClosedLoop(scope: ResourceScope, load: HttpLoad): Promise<LoadResult> {
  const { failed, perSecond, p50, p99 } = await startClosedLoop(scope, load);
  if (failed > 0) throw new Error(`${failed} requests failed`);
  return { perSecond, p50, p99 };
}

type Outcome = LoadResult & { readonly failed: number };

function startClosedLoop(scope: ResourceScope, load: HttpLoad): Promise<Outcome> {
  if (load.requests.some(({ method }) => method === 'HEAD'))
    return runLoad(scope, loadFile('head-requests.ts'), load);
  const [wrk] = findOnPath('wrk', process.env);
  return wrk === undefined ? runAutocannon(scope, load) : runWrk(scope, wrk, load);
}

async function runAutocannon(scope: ResourceScope, { requests, ...load }: HttpLoad): Promise<Outcome> {
  await installNpmPeers();
  const sent = requests.map((request) => ({
    method: request.method,
    path: request.path,
    headers: headersOf(request),
    ...(request.body && { body: JSON.stringify(request.body) }),
  }));
  return runLoad(scope, peerFile('autocannon.mjs'), { ...load, requests: sent });
}

async function runWrk(
  scope: ResourceScope,
  wrk: string,
  { url, requests, connections, seconds }: HttpLoad,
): Promise<Outcome> {
  const script = join(await scope.makeFolder(), 'requests.lua');
  writeFileSync(script, wrkScript(requests));
  // wrk accepts only whole seconds.
  const duration = `${Math.max(1, Math.round(seconds))}s`;
  const args = ['--threads', '1', '--connections', String(connections), '--duration', duration];
  const output = await runCommand(wrk, [...args, '--script', script, url]);
  const [perSecond = NaN, p50 = NaN, p99 = NaN, failed = NaN] = (/^RESULT (.*)$/m.exec(output)?.[1] ?? '')
    .split(' ')
    .map(Number);
  return { perSecond, p50, p99, failed };
}

/** Returns a wrk script that formats the requests in advance. wrk measures in microseconds. */
function wrkScript(requests: readonly HttpRequest[]): string {
  const lines = requests.map((request) => {
    const fields = Object.entries(headersOf(request)).map(
      ([name, value]) => `[${JSON.stringify(name)}]=${JSON.stringify(value)}`,
    );
    const body = request.body === undefined ? 'nil' : `[==[${JSON.stringify(request.body)}]==]`;
    return `  requests[#requests + 1] = wrk.format("${request.method}", "${request.path}", {${fields.join(', ')}}, ${body})`;
  });
  return `local requests, index = {}, 0
function init()
${lines.join('\n')}
end
function request()
  index = index % #requests + 1
  return requests[index]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;
}

/** Returns the version of the closed-loop load generator. */
export async function describeClosedLoop(): Promise<string> {
  const [wrk] = findOnPath('wrk', process.env);
  if (wrk === undefined) return 'autocannon (version pinned in package-lock.json)';
  // `wrk --version` exits with 1.
  return runCommand(wrk, ['--version']).then(firstLine, (error: unknown) =>
    firstLine(String(error).split('\n')[1] ?? 'wrk'),
  );
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/ Copyright.*/, '');
}

/** Generates load at a fixed rate, independent of the responses (an open loop). Latency counts from the due time of a request. */
export function runPaced(
  scope: ResourceScope,
  load: HttpLoad & { readonly rate: number },
  until?: Promise<unknown>,
): Promise<LoadResult> {
  return runLoad(scope, loadFile('paced.ts'), load, until);
}

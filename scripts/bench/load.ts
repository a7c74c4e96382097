/** Load, always from another process than what is measured. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { endChild, nextMessage, startNode, type Workshop } from './children.ts';
import { installNpmPeers, peerFile } from './peers.ts';
import type { Sample } from './turns.ts';

/** Milliseconds that a load process may take beyond what it was told. */
const patienceMs = 200_000;

/** Runs one of the programs in `load/` or `peers/` with its job; resolves with what it measured. */
export async function runLoad<T>(workshop: Workshop, file: URL, job: object): Promise<T> {
  const child = startNode(file, { args: [JSON.stringify(job)] });
  workshop.defer(() => endChild(child));
  try {
    return await nextMessage<T>(child, patienceMs);
  } finally {
    await endChild(child);
  }
}

export const loadFile = (name: string) => new URL(`load/${name}`, import.meta.url);

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
};

export type HttpLoad = {
  readonly url: string;
  /** Sent in turn, from the first one on. */
  readonly requests: readonly HttpRequest[];
  readonly connections: number;
  readonly seconds: number;
};

/** What a load of requests measured: how many were answered a second, and how long one took in milliseconds. */
export type Answered = Sample & { readonly perSecond: number; readonly p50: number; readonly p99: number };

/**
 * As many requests as are answered: each connection sends its next one when it has its answer (a closed loop). wrk makes
 * the load where it is on PATH, as it costs least; autocannon elsewhere. @throws when a request fails
 */
export async function runClosedLoop(workshop: Workshop, load: HttpLoad): Promise<Answered> {
  const [wrk] = findOnPath('wrk', process.env);
  const { failed, perSecond, p50, p99 } =
    wrk === undefined ? await runAutocannon(workshop, load) : await runWrk(workshop, wrk, load);
  if (failed > 0) throw new Error(`${failed} requests failed`);
  return { perSecond, p50, p99 };
}

type Outcome = Answered & { readonly failed: number };

async function runAutocannon(workshop: Workshop, { requests, ...load }: HttpLoad): Promise<Outcome> {
  await installNpmPeers();
  const sent = requests.map(({ method, path, body }) => ({
    method,
    path,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }));
  return runLoad(workshop, peerFile('autocannon.mjs'), { ...load, requests: sent });
}

async function runWrk(
  workshop: Workshop,
  wrk: string,
  { url, requests, connections, seconds }: HttpLoad,
): Promise<Outcome> {
  const script = join(await workshop.makeFolder(), 'requests.lua');
  writeFileSync(script, wrkScript(requests));
  // wrk takes whole seconds only.
  const duration = `${Math.max(1, Math.round(seconds))}s`;
  const args = ['--threads', '1', '--connections', String(connections), '--duration', duration];
  const output = await runCommand(wrk, [...args, '--script', script, url]);
  const [perSecond = NaN, p50 = NaN, p99 = NaN, failed = NaN] = (/^RESULT (.*)$/m.exec(output)?.[1] ?? '')
    .split(' ')
    .map(Number);
  return { perSecond, p50, p99, failed };
}

/** The requests are made once; wrk counts in microseconds. */
function wrkScript(requests: readonly HttpRequest[]): string {
  const lines = requests.map(({ method, path, body }) => {
    const [headers, text] =
      body === undefined
        ? ['nil', 'nil']
        : ['{["Content-Type"]="application/json"}', `[==[${JSON.stringify(body)}]==]`];
    return `  made[#made + 1] = wrk.format("${method}", "${path}", ${headers}, ${text})`;
  });
  return `local made, turn = {}, 0
function init()
${lines.join('\n')}
end
function request()
  turn = turn % #made + 1
  return made[turn]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;
}

/** The version of the closed-loop generator that is used here. */
export async function describeClosedLoop(): Promise<string> {
  const [wrk] = findOnPath('wrk', process.env);
  if (wrk === undefined) return 'autocannon, as package-lock.json pins it';
  // It ends with 1 when it is only asked for its version.
  return runCommand(wrk, ['--version']).then(firstLine, (error: unknown) =>
    firstLine(String(error).split('\n')[1] ?? 'wrk'),
  );
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/ Copyright.*/, '');
}

/** So many requests a second, whatever the answers do (an open loop); latency counts from when each was due. */
export function runPaced(workshop: Workshop, load: HttpLoad & { readonly rate: number }): Promise<Answered> {
  return runLoad(workshop, loadFile('paced.ts'), load);
}

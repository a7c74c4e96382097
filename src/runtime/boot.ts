/** What a process waits for before it can do its work: a broker, its stream, and all that the stream holds. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../core/decider.ts';
import type { View } from '../core/view.ts';
import { connectToNats, type Connection } from '../nats/connection.ts';
import { compareStream, describeDifference, readStreamDefinition } from '../nats/provisioning.ts';
import { explainConnectFailure } from './config-nats.ts';
import type { Config } from './config.ts';
import { replicaName, type Log } from './log.ts';

/** The wait, in milliseconds, before something that is not there yet is looked for again. */
const retryMs = 1_000;

/** Tries until a broker answers, and lets this process in: at boot, a service and its broker may start in any order. */
export function connectUntilUp(
  name: string,
  { nats }: Config,
  log: Log,
  report: (progress: string) => void = () => undefined,
): Promise<Connection> {
  return retrying(
    () =>
      connectToNats(
        { ...nats, name: `${name} ${replicaName()}` },
        {
          onDown: () => log.warn('the connection to NATS is lost'),
          onUp: (server) => log.info({ server }, 'the connection to NATS is back'),
          onRefused: ({ message }) => log.error({ reason: message }, 'NATS refuses'),
          onUnreadable: ({ message }) => log.error({ reason: message }, 'the credentials cannot be read'),
        },
      ),
    (error) => {
      const reason = explainConnectFailure(error, nats);
      report(`connecting to NATS: ${reason}`);
      log.warn({ natsUrl: nats.url, reason }, 'cannot connect to NATS; trying again');
    },
  );
}

/** Where the stream of the service `name` is defined, unless the service says otherwise. */
export function standardStreamFile(name: string): URL {
  return new URL(`../../streams/${name}.json`, import.meta.url);
}

/** Waits until the stream is there and is what its file says; returns its name. */
export async function awaitStream(
  jsm: JetStreamManager,
  file: URL,
  log: Log,
  report: (progress: string) => void,
): Promise<string> {
  const wanted = await readStreamDefinition(file);
  for (;;) {
    const found = await retrying(
      () => compareStream(jsm, wanted),
      (error) => {
        const reason = String(error);
        report(`asking for stream ${wanted.name}: ${reason}`);
        log.warn({ stream: wanted.name, reason }, 'cannot ask for the stream; trying again');
      },
    );
    const differences = found?.filter(({ field }) => !ownToDeployment.has(field));
    if (differences?.length === 0) return wanted.name;
    const reason = differences?.map(describeDifference).join('; ') ?? 'there is no such stream';
    report(`stream ${wanted.name} is not what its file says: ${reason}`);
    log.error({ stream: wanted.name, reason }, 'the stream is not what its file says; run the provisioning');
    await sleep(retryMs);
  }
}

/** What a deployment may choose for itself without changing what the stream means. */
const ownToDeployment: ReadonlySet<string> = new Set(['description', 'num_replicas']);

/** Waits until the view has applied what the stream held at boot: never a moving end. Resolves with how long it took. */
export async function catchUp<State, Event extends DomainEvent>(
  stream: string,
  view: View<State, Event>,
  target: number,
  log: Log,
  report: (progress: string) => void,
): Promise<{ readonly milliseconds: number }> {
  const started = performance.now();
  const from = view.position;
  const describe = () => report(`reading ${stream}, ${view.position} of ${target} messages`);
  describe();
  while (!(await view.reached(target, retryMs))) {
    describe();
    log.info({ stream, position: view.position, target }, 'catching up');
  }
  const milliseconds = Math.round(performance.now() - started);
  const { position, rejectedCount: rejected } = view;
  log.info({ stream, from, position, rejected, milliseconds }, 'caught up');
  return { milliseconds };
}

/** Tries until it succeeds. */
export async function retrying<T>(
  attempt: () => Promise<T>,
  onFailure: (error: unknown) => void,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      onFailure(error);
      await sleep(retryMs);
    }
  }
}

/** The startup steps that wait: for the broker, for the stream, and for the view to catch up. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { View } from '../../eventlog/view/view.ts';
import { connectToNats, type Connection } from '../../nats/connection/connection.ts';
import { compareStream, describeDifference, type Comparing } from '../../nats/provisioning/compare-stream.ts';
import { readStreamDefinition } from '../../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../../nats/connection/explain-connect-failure.ts';
import type { Config } from '../config/config.ts';
import { replicaName, type Logger } from '../observability/logger.ts';

/** Interval between attempts, in ms. */
const retryMs = 1_000;

/** Connects, retrying until the broker accepts this process. A service and its broker may start in any order. */
export function connectUntilUp(
  name: string,
  { nats }: Config,
  logger: Logger,
  report: (progress: string) => void = () => undefined,
): Promise<Connection> {
  return retryUntilSuccess(
    () =>
      connectToNats(
        { ...nats, name: `${name} ${replicaName()}` },
        {
          onDown: () => logger.warn('disconnected from NATS'),
          onUp: (server) => logger.info({ server }, 'reconnected to NATS'),
          onServerError: ({ message }) => logger.error({ reason: message }, 'NATS server reported an error'),
          onCredentialsUnreadable: ({ message }) =>
            logger.error({ reason: message }, 'cannot read NATS credentials'),
        },
      ),
    (error) => {
      const reason = explainConnectFailure(error, nats);
      report(`connecting to NATS: ${reason}`);
      logger.warn({ natsUrl: nats.url, reason }, 'cannot connect to NATS; retrying');
    },
  );
}

/** Waits until the stream exists and matches its definition, as far as it concerns the reader. Returns its name. */
export async function awaitStream(
  jsm: JetStreamManager,
  { name, streamFile }: { readonly name: string; readonly streamFile: URL },
  comparing: Comparing,
  logger: Logger,
  report: (progress: string) => void,
): Promise<string> {
  const wanted = await readStreamDefinition(streamFile, name);
  for (;;) {
    const differences = await retryUntilSuccess(
      () => compareStream(jsm, wanted, comparing),
      (error) => {
        const reason = String(error);
        report(`reading the definition of stream ${wanted.name}: ${reason}`);
        logger.warn({ stream: wanted.name, reason }, 'cannot read stream info; retrying');
      },
    );
    if (differences?.length === 0) return wanted.name;
    const reason = differences?.map(describeDifference).join('; ') ?? 'the stream does not exist';
    report(`stream ${wanted.name} does not match its definition: ${reason}`);
    logger.error(
      { stream: wanted.name, reason },
      'stream does not match its definition; run the provisioner',
    );
    await sleep(retryMs);
  }
}

/**
 * Waits until the view has applied `target`, the last position of the stream at startup. The target is fixed, so that new
 * messages cannot delay a slow startup indefinitely. Resolves with the duration.
 */
export async function catchUp<State, Event extends DomainEvent>(
  stream: string,
  view: View<State, Event>,
  target: number,
  logger: Logger,
  report: (progress: string) => void,
): Promise<{ readonly milliseconds: number }> {
  const started = performance.now();
  const from = view.position;
  const describe = () => report(`reading ${stream}, position ${view.position} of ${target}`);
  describe();
  while (!(await view.reached(target, retryMs))) {
    describe();
    logger.info({ stream, position: view.position, target }, 'catching up');
  }
  const milliseconds = Math.round(performance.now() - started);
  const { position, rejectedCount: rejected } = view;
  logger.info({ stream, from, position, rejected, milliseconds }, 'caught up');
  return { milliseconds };
}

export async function retryUntilSuccess<T>(
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

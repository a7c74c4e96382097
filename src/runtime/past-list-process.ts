/** The process that folds the past, up to a position, and lists it for the service that started it. */

import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../core/decider.ts';
import { createView, type Entity, type View } from '../core/view.ts';
import { matcherOf } from '../core/resource.ts';
import { connectUntilUp } from './boot.ts';
import type { Config } from './config.ts';
import { openEventLog, type EventLog } from './event-log.ts';
import type { Log } from './log.ts';
import { pastListsArgument, type PastListAnswer, type PastListRequest } from './past-lists.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** Milliseconds for one list; the service gives up earlier and ends this process. */
const timeoutMs = 60_000;

/** The stream whose past this process is to list; undefined in a process that serves the present. */
export function pastListsOf(): string | undefined {
  const [, , argument, stream] = process.argv;
  return argument === pastListsArgument ? stream : undefined;
}

/** Answers one request after the other; the pages of one list come from one fold. */
export function servePastLists<State, Command, Event extends DomainEvent, Add, Change, Others>(
  definition: ServiceDefinition<State, Command, Event, Add, Change, Others>,
  config: Config,
  log: Log,
  stream: string,
): void {
  const { name, events, decider: fold, resource } = definition;
  let view: View<State, Event> | undefined;
  let opened: Promise<EventLog<State, Event>> | undefined;

  async function open(): Promise<EventLog<State, Event>> {
    const connection = await connectUntilUp(`${name} past`, config, log);
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    return openEventLog({ name, events, fold }, { connection, jsm, stream, reader: name, log });
  }

  async function list({ position, options }: PastListRequest): Promise<Entity<State>[]> {
    const { snapshots, follow } = await (opened ??= open());
    if (view === undefined || view.position > position) {
      view = createView(fold, { image: await snapshots.load(position) });
    }
    const source = follow(view, position);
    const complete = await view.reached(position, timeoutMs);
    await source.stop();
    if (!complete) throw new Error(`position ${position} was not reached`);
    return view.list({ ...options, matches: matcherOf(resource, options.filters) });
  }

  let queue = Promise.resolve();
  // Ctrl-C reaches the whole group; this process ends with the service that it works for.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (request: PastListRequest) => {
    queue = queue.then(async () => {
      const { number } = request;
      const answer = await list(request).then(
        (entities): PastListAnswer<State> => ({ number, entities }),
        (error: unknown): PastListAnswer<State> => ({ number, failure: String(error) }),
      );
      process.send?.(answer);
    });
  });
}

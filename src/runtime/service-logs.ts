/** The streams that a service answers from: its own, and those that it follows. */

import { bindDecider, type BoundDecider, type DomainEvent } from '../core/decider.ts';
import type { Followed, FollowedLogs } from '../core/followed.ts';
import { freshnessOf, type Freshness } from '../core/freshness.ts';
import { lookupsInto } from '../core/joined-resource.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { openStreamView, type StreamView, type StreamViewOptions } from './stream-view.ts';

export type ServiceLogs<State, Command, Event extends DomainEvent> = {
  readonly own: StreamView<State, Event>;
  readonly followed: FollowedLogs;
  /** The decider, with the followed streams to look into. */
  readonly decider: BoundDecider<State, Command, Event>;
  readonly freshness: Freshness;
  stop(): Promise<void>;
};

/** Resolves once every view shows all that its stream held when this began. */
export async function openLogs<State, Command, Event extends DomainEvent, Add, Change, Others>(
  definition: ServiceDefinition<State, Command, Event, Add, Change, Others>,
  options: Omit<StreamViewOptions, 'report'> & { report(progress: string): void },
): Promise<ServiceLogs<State, Command, Event>> {
  const { name, streamFile, events, decider, follows = {} } = definition;
  const { connection } = options;

  const others = Object.entries<Followed<unknown>>(follows);
  const progress = new Map<string, string>();
  /** The same options; what is still to be done is told of each stream that is not there yet. */
  const reporting = (service: string): StreamViewOptions => ({
    ...options,
    report(remaining) {
      if (remaining === undefined) progress.delete(service);
      else progress.set(service, remaining);
      options.report([...progress.values()].join('; ') || 'opening its doors');
    },
  });
  const [own, entries] = await Promise.all([
    openStreamView({ name, streamFile, events, fold: decider }, reporting(name)),
    Promise.all(
      others.map(async ([other, { fold, ...known }]) => {
        const log = await openStreamView({ name: other, fold, ...known }, reporting(other));
        return [other, { ...log, fold }] as const;
      }),
    ),
  ]);
  const followed = Object.fromEntries(entries);
  const followedLogs = Object.values(followed);

  return {
    own,
    followed,
    decider: bindDecider(
      decider,
      lookupsInto(followed, ({ view }, id) => view.find(id)),
    ),
    freshness: {
      stream: own.stream,
      own: freshnessOf(own),
      followed: Object.fromEntries(followedLogs.map((log) => [log.stream, freshnessOf(log)])),
      get staleSince() {
        return connection.downSince;
      },
    },
    async stop() {
      await Promise.all([own, ...followedLogs].map((log) => log.stop()));
    },
  };
}

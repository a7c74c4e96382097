import type { Decider, DomainEvent } from '../../domain/decider.ts';
import type { Service } from '../../domain/service/service.ts';
import { checkKeys } from '../../domain/service/index-definition.ts';
import { createDecider, type CommandCall } from '../../domain/service/service-decider.ts';
import type { FollowedProjections } from '../../eventlog/followed-projection.ts';
import { earliestOf, freshnessOf, type Freshness } from '../../eventlog/freshness.ts';
import { createLookups, relationIndex } from '../../eventlog/joined-resource.ts';
import { openProjection, type Projection, type ProjectionOptions } from './projection.ts';

/** The projections of a service: of its own stream and of the streams that it follows. */
export type ServiceProjections = {
  readonly own: Projection<unknown, DomainEvent>;
  readonly followed: FollowedProjections;
  /** The service's decider, with lookups into the followed streams. */
  readonly decider: Decider<unknown, CommandCall, DomainEvent>;
  readonly freshness: Freshness;
  stop(): Promise<void>;
};

/** Resolves once every view has applied all messages that its stream held at the time of the call. */
export async function openProjections(
  service: Service,
  options: Omit<ProjectionOptions, 'report' | 'role'> & { report(progress: string): void },
): Promise<ServiceProjections> {
  const { contract, follows, indexes, relations } = service;
  const { connection } = options;
  const pending = new Map<string, string>();
  const optionsFor = (service: string, role: ProjectionOptions['role']): ProjectionOptions => ({
    ...options,
    role,
    report(progress) {
      if (progress === undefined) pending.delete(service);
      else pending.set(service, progress);
      options.report([...pending.values()].join('; ') || 'opening the API');
    },
  });
  const [own, entries] = await Promise.all([
    openProjection(contract, indexes, optionsFor(contract.name, 'owner')),
    Promise.all(
      Object.entries(follows).map(async ([name, followed]) => {
        const relation = relations[name];
        const related =
          relation === undefined ? {} : { [relationIndex]: checkKeys(relation.each, contract.id.schema) };
        const projection = await openProjection(followed, related, optionsFor(name, 'follower'));
        return { name, projection, fold: followed.fold };
      }),
    ),
  ]);
  const followed = Object.fromEntries(
    entries.map(({ name, projection: { stream, store, view }, fold }) => [
      name,
      { stream, store, view, fold },
    ]),
  );
  const followedProjections = entries.map(({ projection }) => projection);
  const projections = [own, ...followedProjections];

  return {
    own,
    followed,
    decider: createDecider(
      service,
      createLookups(followed, ({ view }, id) => view.find(id)),
      (index, key) => own.view.list({ limit: Infinity, where: { [index]: key } }).map(({ id }) => id),
    ),
    freshness: {
      stream: own.stream,
      own: freshnessOf(own),
      followed: Object.fromEntries(
        followedProjections.map((projection) => [projection.stream, freshnessOf(projection)]),
      ),
      get staleSince() {
        return earliestOf([connection.downSince, ...projections.map((each) => each.interruptedSince)]);
      },
    },
    async stop() {
      await Promise.all(projections.map((projection) => projection.stop()));
    },
  };
}

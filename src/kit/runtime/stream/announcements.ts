import type { JetStreamManager } from '@nats-io/jetstream';
import type { Service } from '../../domain/service/service.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { openAnnouncementLog } from '../../nats/rejections/announcement-log.ts';
import { announceRejections, type Announcer } from '../../nats/rejections/announcer.ts';
import { createDescriber } from '../../nats/rejections/describe-rejection.ts';
import { rejectionNames } from '../../nats/rejections/names.ts';
import { eventSubjects } from '../../nats/stream/subjects.ts';
import type { Logger } from '../observability/logger.ts';
import type { ServiceProjections } from './service-projections.ts';

/** Announces the rejected messages of the service's own stream. Without the stream of announcements, the service works all the same. */
export function announceOwnRejections(
  { contract: { name, id, events } }: Service,
  { own: { stream, view, store } }: ServiceProjections,
  { connection, jsm, logger }: { connection: Connection; jsm: JetStreamManager; logger: Logger },
): Announcer {
  const names = rejectionNames(name, stream);
  const subjects = eventSubjects(name, id);
  const loggedReasons = new Set<string>();
  return announceRejections({
    log: openAnnouncementLog(connection.nc, jsm, names),
    names,
    view,
    readTime: async (position) => (await store.read(position))?.time,
    describe: createDescriber(jsm, stream, events, subjects),
    onFailure(reason) {
      if (loggedReasons.has(reason)) return;
      loggedReasons.add(reason);
      logger.warn({ stream: names.stream, reason }, 'rejections not announced; retrying');
    },
  });
}

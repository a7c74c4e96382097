/** Names and definition of the stream with the announcements of a service's rejected messages. */

import type { StreamDefinition } from '../provisioning/stream-options.ts';

/** The newest announcements that are kept. */
const maxAnnouncements = 10_000;

export type RejectionNames = {
  /** The stream of the announcements. */
  readonly stream: string;
  /** Subject of the record that says where the announcements start. It is stored only. */
  readonly start: string;
  /** Subjects of the stored announcements, which only replicas publish: `$REJECTED.docks.*`. */
  readonly stored: string;
  /** The broker publishes each stored announcement on one of these subjects: `docks.rejections.*`. */
  readonly announced: string;
  /** The subject on which the rejection of a message is stored; undefined for a message outside of the subjects of events. */
  storedFor(subject: string): string | undefined;
};

/** @param eventStream the stream of the service: `DOCKS`. */
export function rejectionNames(service: string, eventStream: string): RejectionNames {
  // Outside of the subjects of the service: every replica tries to store each announcement, and subscribers of `docks.>` would see it.
  const start = `$REJECTED.${service}`;
  return {
    stream: `${eventStream}_REJECTIONS`,
    start,
    stored: `${start}.*`,
    announced: `${service}.rejections.*`,
    storedFor: (subject) =>
      subject.startsWith(`${service}.events.`) ? `${start}.${lastTokenOf(subject)}` : undefined,
  };
}

export function rejectionStream(service: string, eventStream: string): StreamDefinition {
  const { stream, start, stored } = rejectionNames(service, eventStream);
  return {
    name: stream,
    description: `Announcements of the rejected events of ${service}, published on ${service}.rejections.<id>.`,
    subjects: [start, stored],
    max_msgs: maxAnnouncements,
    deny_delete: true,
    republish: { src: stored, dest: `${service}.rejections.{{wildcard(1)}}` },
  };
}

/** A client may store an event on a subject with a wildcard, but not publish on one. */
function lastTokenOf(subject: string): string {
  const token = subject.slice(subject.lastIndexOf('.') + 1);
  return token === '*' || token === '>' ? '_' : token;
}

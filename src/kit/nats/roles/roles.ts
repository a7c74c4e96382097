/**
 * Roles: users of the broker with the permissions that they need, and no others. They follow from the names of the services,
 * of their streams and of their buckets.
 */

import type { Product } from '../../domain/product.ts';
import { rejectionNames } from '../rejections/names.ts';
import { snapshotBucket } from '../snapshots/snapshots.ts';
import { eventSubjects } from '../stream/subjects.ts';
import { controlSubject } from '../services/framework/protocol.ts';

/** A user of the broker. Subjects that are not listed are denied. */
export type Role = {
  /** Names the user, its key (`DOCKS_NKEY`) and its inbox (`_INBOX_docks`). */
  readonly name: string;
  readonly description: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
};

/** The names in the definition of a service on which permissions depend. */
export type ServiceNames = {
  readonly name: string;
  readonly stream: string;
  /** The streams of other services that it follows. */
  readonly followed: readonly string[];
};

export type Roles = {
  /** In the account that owns the streams. */
  readonly owners: readonly Role[];
  /** In an account of its own, see `formatRoles`. */
  readonly subscriber: Role;
};

/** Every user receives replies in an inbox of its own, so that it cannot receive those to others. */
export const inboxOf = (role: string) => `_INBOX_${role}.>`;

/** Roles that send requests to the services, which may publish to their inboxes. So do the services themselves, for the console. */
const requesters = ['publisher', 'operator'] as const;

const api = (request: string) => `$JS.API.${request}`;

/** Consumers that push messages, with flow control. */
const consuming = (stream: string) => [
  api(`CONSUMER.CREATE.${stream}.>`),
  api(`CONSUMER.DELETE.${stream}.*`),
  `$JS.FC.${stream}.>`,
];

/** Single messages and the state of a stream. */
const readingSingly = (stream: string) => [api(`STREAM.INFO.${stream}`), api(`STREAM.MSG.GET.${stream}`)];

/** @throws Error if a service has the name of another role. */
export function rolesOf(services: readonly ServiceNames[], { configBucket }: Product): Roles {
  const configStream = `KV_${configBucket}`;
  const owners = [
    ...services.map((service) => serviceRole(service, services, configStream)),
    provisioner(services, configStream),
    publisher(services),
    importer(services),
    operator(services, configBucket),
  ];
  const subscriber = subscriberOf(services);
  const names = [...owners, subscriber].map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new Error(`the service "${repeated}" has the name of another role`);
  return { owners, subscriber };
}

function serviceRole(
  { name, stream, followed }: ServiceNames,
  services: readonly ServiceNames[],
  configStream: string,
): Role {
  const snapshots = `OBJ_${snapshotBucket(name)}`;
  const rejections = rejectionNames(name, stream);
  const reads = new Intl.ListFormat('en-GB').format([...followed, 'the live configuration']);
  return {
    name,
    description:
      `The ${name} service: appends its events, responds to its commands and queries, stores its snapshots, announces rejected ` +
      `events; reads ${reads}; lists the services, compares the states of their replicas and examines its part of the system.`,
    publish: [
      eventSubjects(name).all,
      ...[stream, ...followed].flatMap((read) => [
        ...readingSingly(read),
        api(`DIRECT.GET.${read}`),
        ...consuming(read),
      ]),
      `$O.${snapshotBucket(name)}.C.>`,
      `$O.${snapshotBucket(name)}.M.>`,
      api(`STREAM.MSG.GET.${snapshots}`),
      // For the doctor in the web console.
      api('INFO'),
      api(`STREAM.INFO.${rejections.stream}`),
      // Removes the chunks of a snapshot that is replaced.
      api(`STREAM.PURGE.${snapshots}`),
      ...consuming(snapshots),
      api(`STREAM.INFO.${configStream}`),
      ...consuming(configStream),
      rejections.start,
      rejections.stored,
      api(`STREAM.MSG.GET.${rejections.stream}`),
      controlSubject('STATS'),
      ...services.flatMap((each) => [
        controlSubject('STATS', { name: each.name }),
        `${each.name}.queries.digest`,
      ]),
      ...[...requesters, ...services.map((each) => each.name)].map(inboxOf),
    ],
    subscribe: [
      inboxOf(name),
      `${name}.commands.*`,
      `${name}.queries.*`,
      `${name}.status`,
      '$SRV.*',
      `$SRV.*.${name}`,
      `$SRV.*.${name}.*`,
    ],
  };
}

function provisioner(services: readonly ServiceNames[], configStream: string): Role {
  const streams = [
    ...services.map(({ stream }) => stream),
    ...services.map(({ name, stream }) => rejectionNames(name, stream).stream),
    ...services.map(({ name }) => `OBJ_${snapshotBucket(name)}`),
    configStream,
  ];
  return {
    name: 'provisioner',
    description:
      'The provisioner: creates and updates the streams and the buckets. It cannot delete them or read events.',
    publish: streams.flatMap((stream) =>
      ['INFO', 'CREATE', 'UPDATE'].map((verb) => api(`STREAM.${verb}.${stream}`)),
    ),
    subscribe: [inboxOf('provisioner')],
  };
}

function publisher(services: readonly ServiceNames[]): Role {
  return {
    name: 'publisher',
    description:
      'A publisher: publishes events and commands, and receives the responses and the announcements of rejected events. It ' +
      'cannot read streams.',
    publish: services.flatMap(({ name }) => [eventSubjects(name).all, `${name}.commands.*`]),
    subscribe: [inboxOf('publisher'), ...announced(services)],
  };
}

function importer(services: readonly ServiceNames[]): Role {
  return {
    name: 'importer',
    description: 'An importer: appends events, and reads existing ones.',
    publish: services.flatMap(({ name, stream }) => [eventSubjects(name).all, ...readingSingly(stream)]),
    subscribe: [inboxOf('importer')],
  };
}

function operator(services: readonly ServiceNames[], configBucket: string): Role {
  const configStream = `KV_${configBucket}`;
  const streams = services.map(({ stream }) => stream);
  const ofOthers = new Set(services.flatMap(({ followed }) => followed));
  for (const stream of streams) ofOthers.delete(stream);
  return {
    name: 'operator',
    description:
      'An operator: the doctor, nats micro ls, nats stream ls, queries; removes abandoned consumers of subscribers; ' +
      'writes the live configuration, but no events.',
    publish: [
      '$SRV.>',
      ...services.flatMap(({ name }) => [`${name}.status`, `${name}.queries.*`]),
      api('INFO'),
      api('STREAM.NAMES'),
      api('STREAM.LIST'),
      ...streams.flatMap((stream) => [
        ...readingSingly(stream),
        api(`CONSUMER.NAMES.${stream}`),
        api(`CONSUMER.LIST.${stream}`),
        api(`CONSUMER.INFO.${stream}.*`),
        api(`CONSUMER.DELETE.${stream}.*`),
      ]),
      ...Array.from(ofOthers, (stream) => api(`STREAM.INFO.${stream}`)),
      ...[
        ...services.map(({ name, stream }) => rejectionNames(name, stream).stream),
        ...services.map(({ name }) => `OBJ_${snapshotBucket(name)}`),
        configStream,
      ].flatMap((stream) => [
        ...readingSingly(stream),
        ...consuming(stream),
        api(`CONSUMER.INFO.${stream}.*`),
      ]),
      api(`DIRECT.GET.${configStream}.>`),
      `$KV.${configBucket}.>`,
    ],
    subscribe: [inboxOf('operator'), ...announced(services)],
  };
}

/** The subjects on which rejected events are announced, also below them: `nats sub 'docks.rejections.>'`. */
function announced(services: readonly ServiceNames[]): string[] {
  return services.map(({ name }) => `${name}.rejections.>`);
}

function subscriberOf(services: readonly ServiceNames[]): Role {
  return {
    name: 'subscriber',
    description:
      'Reads events: with a core subscription, a filtered consumer, a durable consumer with acknowledgements, or single ' +
      'messages, which show whether the stream is still the one that was read before; and the announcements of rejected ' +
      'events. Cannot write.',
    publish: services.flatMap(({ name, stream }) => [
      ...readingSingly(stream),
      api(`CONSUMER.CREATE.${stream}.*.${name}.events.>`),
      api(`CONSUMER.INFO.${stream}.*`),
      api(`CONSUMER.MSG.NEXT.${stream}.*`),
      `$JS.ACK.${stream}.>`,
      `$JS.FC.${stream}.>`,
    ]),
    subscribe: [
      inboxOf('subscriber'),
      ...services.map(({ name }) => `${name}.events.>`),
      ...announced(services),
    ],
  };
}

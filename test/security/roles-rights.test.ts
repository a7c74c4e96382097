/** Checks a sample of allowed and denied subjects for every role of docker/nats-roles.conf. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { eventually } from '../support/eventually.ts';
import { runProgram } from '../support/package/kit-package.ts';
import { roles, rolesFile, startRoleBroker, type Role } from '../support/broker/role-broker.ts';

const broker = await startRoleBroker();

type Rights = {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
};

const api = (request: string) => `$JS.API.${request}`;
/** Requests that only the provisioner may send. */
const changes = (stream: string) => ['CREATE', 'UPDATE'].map((verb) => api(`STREAM.${verb}.${stream}`));
/** Requests that no role may send. Exception: a service may purge its own snapshots. */
const destructiveRequests = (stream: string) =>
  ['DELETE', 'PURGE', 'MSG.DELETE', 'RESTORE', 'SNAPSHOT'].map((verb) => api(`STREAM.${verb}.${stream}`));
const reading = (stream: string) =>
  ['STREAM.MSG.GET', 'DIRECT.GET', 'CONSUMER.CREATE']
    .map((verb) => api(`${verb}.${stream}`))
    .concat(api(`CONSUMER.CREATE.${stream}.c`), api(`CONSUMER.DURABLE.CREATE.${stream}.c`));
const streams = ['LAPTOPS', 'PORTS', 'LAPTOPS_REJECTIONS', 'OBJ_laptops-snapshots', 'KV_portside-config'];
const writes = (name: string) => [`${name}.events.1`, `${name}.commands.add`];
/** Only the service may announce its rejections, and nobody may imitate the broker, which publishes the announcements. */
const announcing = (name: string) => [`$REJECTED.${name}`, `$REJECTED.${name}.1`, `${name}.rejections.1`];
const foreignInboxes = (own: Role) =>
  roles
    .filter((role) => role !== own)
    .map((role) => `_INBOX_${role}.x`)
    .concat('_INBOX.x', '>', '_INBOX_*.>');

function serviceRights(own: 'laptops' | 'ports', other: 'laptops' | 'ports'): [Role, Rights, Rights] {
  const [mine, theirs] = [own.toUpperCase(), other.toUpperCase()];
  return [
    own,
    {
      publish: [
        `${own}.events.1`,
        api(`STREAM.INFO.${mine}`),
        api(`STREAM.MSG.GET.${theirs}`),
        api(`CONSUMER.CREATE.${theirs}.c.${other}.events.>`),
        api('CONSUMER.CREATE.KV_portside-config.c'),
        `$O.${own}-snapshots.M.x`,
        `$REJECTED.${own}`,
        `$REJECTED.${own}.1`,
        api(`STREAM.MSG.GET.${mine}_REJECTIONS`),
        '_INBOX_publisher.x',
        '$SRV.STATS',
        `$SRV.STATS.${other}`,
        `${other}.queries.digest`,
        `_INBOX_${other}.x`,
      ],
      subscribe: [`_INBOX_${own}.x`, `${own}.commands.add`, `$SRV.PING.${own}.x`],
    },
    {
      publish: [
        ...writes(other),
        ...announcing(other),
        `${own}.rejections.1`,
        `${own}.commands.add`,
        // A service may purge replaced objects from the bucket of its own snapshots.
        ...streams
          .flatMap((stream) => [...changes(stream), ...destructiveRequests(stream)])
          .filter((subject) => subject !== api(`STREAM.PURGE.OBJ_${own}-snapshots`)),
        `$O.${other}-snapshots.M.x`,
        api(`STREAM.PURGE.OBJ_${other}-snapshots`),
        '$KV.portside-config.log-level',
        api('DIRECT.GET.KV_portside-config.$KV.portside-config.x'),
        api(`DIRECT.GET.${theirs}.${other}.events.1`),
        api(`CONSUMER.MSG.NEXT.${mine}.mine`),
        `${other}.queries.get`,
        '$SRV.INFO',
        '_INBOX_importer.x',
        '$SYS.REQ.SERVER.PING',
      ],
      subscribe: [
        ...foreignInboxes(own),
        `${other}.commands.add`,
        `${other}.queries.get`,
        `$SRV.PING.${other}`,
        `${own}.events.>`,
        `${other}.events.>`,
      ],
    },
  ];
}

/** Role, allowed subjects, denied subjects. */
const table: readonly [Role, Rights, Rights][] = [
  serviceRights('laptops', 'ports'),
  serviceRights('ports', 'laptops'),
  [
    'provisioner',
    {
      publish: streams.flatMap((stream) => [api(`STREAM.INFO.${stream}`), ...changes(stream)]),
      subscribe: ['_INBOX_provisioner.x'],
    },
    {
      publish: [
        ...['laptops', 'ports'].flatMap(writes),
        ...streams.flatMap((stream) => [...destructiveRequests(stream), ...reading(stream)]),
        api('STREAM.CREATE.OTHER'),
        '$KV.portside-config.log-level',
        '$SRV.PING',
      ],
      subscribe: [...foreignInboxes('provisioner'), 'laptops.events.>', 'laptops.commands.*'],
    },
  ],
  [
    'publisher',
    {
      publish: ['laptops', 'ports'].flatMap(writes),
      subscribe: ['_INBOX_publisher.x', 'laptops.rejections.>', 'ports.rejections.1'],
    },
    {
      publish: [
        ...['laptops', 'ports'].flatMap(announcing),
        ...streams.flatMap((stream) => [
          api(`STREAM.INFO.${stream}`),
          ...reading(stream),
          ...changes(stream),
          ...destructiveRequests(stream),
        ]),
        api('CONSUMER.CREATE.LAPTOPS.c.laptops.events.>'),
        'laptops.queries.list',
        '$SRV.PING',
        '$KV.portside-config.log-level',
        '_INBOX_laptops.x',
      ],
      subscribe: [...foreignInboxes('publisher'), 'laptops.events.>', 'laptops.commands.*', '$SRV.>'],
    },
  ],
  [
    'importer',
    {
      publish: ['laptops.events.1', 'ports.events.1', api('STREAM.MSG.GET.LAPTOPS')],
      subscribe: ['_INBOX_importer.x'],
    },
    {
      publish: [
        'laptops.commands.add',
        ...streams.flatMap((stream) => [...changes(stream), ...destructiveRequests(stream)]),
        api('CONSUMER.CREATE.LAPTOPS.c.laptops.events.>'),
        '$O.laptops-snapshots.M.x',
        '$KV.portside-config.log-level',
      ],
      subscribe: [...foreignInboxes('importer'), 'laptops.events.>'],
    },
  ],
  [
    'operator',
    {
      publish: ['$SRV.INFO', 'laptops.queries.list', '$KV.portside-config.log-level', api('STREAM.LIST')],
      subscribe: ['_INBOX_operator.x', 'laptops.rejections.>'],
    },
    {
      publish: [
        ...['laptops', 'ports'].flatMap((name) => [...writes(name), ...announcing(name)]),
        ...streams.flatMap((stream) => [...changes(stream), ...destructiveRequests(stream)]),
        api('CONSUMER.CREATE.LAPTOPS.c'),
        '$O.laptops-snapshots.M.x',
        '_INBOX_laptops.x',
      ],
      subscribe: [...foreignInboxes('operator'), 'laptops.commands.*', '$SRV.>'],
    },
  ],
  [
    'subscriber',
    {
      publish: [
        api('STREAM.INFO.LAPTOPS'),
        ...['LAPTOPS', 'PORTS'].map((stream) => api(`STREAM.MSG.GET.${stream}`)),
        api('CONSUMER.CREATE.LAPTOPS.c.laptops.events.1'),
        api('CONSUMER.MSG.NEXT.PORTS.c'),
        '$JS.ACK.LAPTOPS.c.1.1.1.1.0',
      ],
      subscribe: ['_INBOX_subscriber.x', 'laptops.events.>', 'ports.events.1', 'laptops.rejections.>'],
    },
    {
      publish: [
        ...['laptops', 'ports'].flatMap((name) => [...writes(name), ...announcing(name)]),
        'laptops.queries.list',
        ...streams
          .flatMap((stream) => [...reading(stream), ...changes(stream), ...destructiveRequests(stream)])
          // A subscriber may read single messages of the streams whose events it may read.
          .filter((subject) => !/MSG\.GET\.(?:LAPTOPS|PORTS)$/.test(subject)),
        api('CONSUMER.CREATE.LAPTOPS.c.ports.events.>'),
        api('CONSUMER.CREATE.LAPTOPS.c.>'),
        api('CONSUMER.CREATE.OBJ_laptops-snapshots.c.$O.laptops-snapshots.>'),
        api('CONSUMER.NAMES.LAPTOPS'),
        api('CONSUMER.DELETE.LAPTOPS.c'),
        api('STREAM.INFO.KV_portside-config'),
        '_INBOX_laptops.x',
        '$SRV.PING',
      ],
      subscribe: [...foreignInboxes('subscriber'), 'laptops.commands.*', '$KV.>', '$JS.API.>'],
    },
  ],
];

const rights = suite('docker/nats-roles.conf');

for (const [role, allowed, denied] of table) {
  rights(`enforces the permissions of ${role}`, async () => {
    const { connection, permissionErrors } = await broker.connectAs(role);
    const { nc } = connection;
    const attempt = ({ publish, subscribe }: Rights) => {
      for (const subject of publish) nc.publish(subject, '{}');
      for (const subject of subscribe) nc.subscribe(subject, { callback: () => undefined });
    };
    attempt(allowed);
    attempt(denied);
    // The broker handles messages in order, so after the flush it has reported every violation.
    await nc.flush();
    const expected = [
      ...denied.publish.map((subject) => `Permissions Violation for Publish to "${subject}"`),
      ...denied.subscribe.map((subject) => `Permissions Violation for Subscription to "${subject}"`),
    ];
    try {
      await eventually(() => assert.equal(permissionErrors, expected));
    } finally {
      await nc.close();
    }
  });
}

rights('rejects a connection without a key or with an unknown key', async () => {
  const elsewhere = await startRoleBroker();
  for (const stranger of [{}, { credentials: elsewhere.accessOf('laptops').credentials }]) {
    const outcome = await connectToNats({ url: broker.url, name: 'stranger', ...stranger }).then(
      () => 'connected',
      String,
    );
    assert.match(outcome, 'Authorization Violation');
  }
  await elsewhere.close();
});

rights('is what `npm run roles` prints for the definitions of the services', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const printed = runProgram('npm', ['run', '--silent', 'roles'], root);
  assert.is(readFileSync(rolesFile, 'utf8'), printed, 'npm run --silent roles > docker/nats-roles.conf');
});

rights('has the same roles as docs/security.md', () => {
  const documented = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  assert.equal(
    [...documented.matchAll(/^\| `(\w+)`/gm)].map(([, role]) => role),
    [...roles],
  );
  const configured = readFileSync(rolesFile, 'utf8');
  const users = [...configured.matchAll(/nkey: \$(\w+)_NKEY/g)].map(([, name]) => name?.toLowerCase());
  assert.equal(users, [...roles]);
});

rights.after(() => broker.close());

rights.run();

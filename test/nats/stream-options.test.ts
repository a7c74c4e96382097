/** An option that a definition does not name has the server's default, or is reported as a difference. */

import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import {
  compareOptions,
  compareStream,
  describeDifference,
} from '../../src/kit/nats/provisioning/compare-stream.ts';
import {
  provisionStream,
  readStreamDefinition,
  type StreamDefinition,
} from '../../src/kit/nats/provisioning/provisioning.ts';
import { streamOptions } from '../../src/kit/nats/provisioning/stream-options.ts';
import { startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const { nc } = await connectToNats({ url: broker.url, name: 'test' });
const jsm = await jetstreamManager(nc);
const shipped = await readStreamDefinition(new URL('../../streams/laptops.json', import.meta.url), 'laptops');

let streamCount = 0;

/** Returns a definition of an unused stream that names no option. */
function minimal(): StreamDefinition {
  streamCount += 1;
  return { name: `MINIMAL_${streamCount}`, subjects: [`minimal_${streamCount}.*`] };
}

/** Creates a stream with options that its definition, which is returned, does not name. */
async function createDiffering(options: Partial<StreamConfig>): Promise<StreamDefinition> {
  const definition = minimal();
  const { sealed, ...rest } = options;
  const { name, subjects } = definition;
  // A mirror has no subjects.
  await jsm.streams.add(rest.mirror === undefined ? { name, subjects, ...rest } : { name, ...rest });
  // A new stream cannot be sealed.
  if (sealed === true) {
    const changed = { ...(await readConfig(name)), sealed };
    await jsm.streams.update(name, changed);
  }
  return definition;
}

const hour = 3_600_000_000_000;
const origin = { name: 'ORIGIN', subjects: ['origin.*'], allow_direct: true };
await jsm.streams.add(origin);

/** Options that an operator may add, and the other options that the server changes with them. */
const additions: readonly (readonly [Partial<StreamConfig>, ...implied: string[]])[] = [
  [{ retention: 'interest' }],
  [{ storage: 'memory' }],
  [{ discard: 'new' }],
  [
    { discard_new_per_subject: true, discard: 'new', max_msgs_per_subject: 5 },
    'discard',
    'max_msgs_per_subject',
  ],
  [{ compression: 's2' }],
  [{ max_age: hour }],
  [{ max_bytes: 1_000_000 }],
  [{ max_msgs: 10 }],
  [{ max_msgs_per_subject: 10 }],
  [{ max_msg_size: 1024 }],
  [{ max_consumers: 5 }],
  [{ consumer_limits: { max_ack_pending: 5 } }],
  [{ duplicate_window: 60e9 }],
  [{ no_ack: true }],
  [{ sealed: true }, 'discard', 'deny_delete', 'deny_purge'],
  [{ first_seq: 100 }],
  [{ subject_transform: { src: 'minimal.*', dest: 'other.1' } }],
  [{ republish: { src: '>', dest: 'copies.>' } }],
  [{ sources: [{ name: 'ORIGIN' }] }, 'duplicate_window'],
  [{ mirror: { name: 'ORIGIN' } }, 'subjects', 'duplicate_window', 'mirror_direct'],
  [{ deny_delete: true }],
  [{ deny_purge: true }],
  [{ allow_rollup_hdrs: true }],
  [{ allow_direct: true }],
  [{ allow_atomic: true }],
  [{ allow_batched: true }],
  [{ allow_msg_ttl: true }],
  [{ allow_msg_counter: true }],
  [{ allow_msg_schedules: true }, 'allow_rollup_hdrs'],
  [{ subject_delete_marker_ttl: 60e9 }, 'allow_rollup_hdrs', 'allow_msg_ttl'],
  [{ persist_mode: 'async' }],
];

const unnamed = suite('an option that the definition does not name');

for (const [options, ...implied] of additions) {
  const [field = ''] = Object.keys(options);
  unnamed(`is a difference if it is not the default: ${field}`, async () => {
    const definition = await createDiffering(options);
    const differences = (await compareStream(jsm, definition)) ?? [];
    assert.equal(new Set(differences.map((difference) => difference.field)), new Set([field, ...implied]));
    for (const difference of differences) {
      assert.ok(difference.endangers, difference.field);
      assert.match(describeDifference(difference), `(${difference.endangers})`);
    }
    assert.equal(await compareStream(jsm, await readConfig(definition.name)), []);
  });
}

unnamed('is part of the table of options, for every option that is tested', () => {
  const tested = additions.flatMap(([options, ...implied]) => [...Object.keys(options), ...implied]);
  const compared = Object.entries(streamOptions).filter(([, { scope }]) => scope !== 'deployment');
  assert.equal(new Set([...tested, 'name']), new Set(compared.map(([field]) => field)));
});

unnamed('is not changed by the provisioner if that is unsafe', async () => {
  for (const options of [
    { allow_msg_ttl: true },
    { no_ack: true },
    { republish: { src: '>', dest: 'c.>' } },
  ]) {
    const definition = await createDiffering(options);
    const before = await readConfig(definition.name);
    assert.is((await provisionStream(jsm, definition)).outcome, 'rejected');
    assert.equal(await readConfig(definition.name), before);
  }
});

unnamed('is reset by the provisioner if that is safe', async () => {
  const definition = await createDiffering({ compression: 's2', max_age: hour, max_msgs: 10 });
  assert.is((await provisionStream(jsm, definition)).outcome, 'updated');
  assert.equal(await provisionStream(jsm, definition), { outcome: 'unchanged' });
  const { compression, max_age, max_msgs } = await readConfig(definition.name);
  assert.equal([compression, max_age, max_msgs], ['none', 0, -1]);
});

unnamed('may have any value if it belongs to a deployment', async () => {
  const definition = await createDiffering({ description: 'ours', metadata: { team: 'a' } });
  assert.equal(await compareStream(jsm, definition), []);
});

unnamed('of a newer server is a difference if it is set', () => {
  const config = { ...shipped, allow_teleport: true, allow_nothing: false };
  const [difference, ...others] = compareOptions(config, shipped, 'owner');
  assert.equal([difference?.field, difference?.safe, others], ['allow_teleport', false, []]);
});

unnamed.run();

async function readConfig(name: string): Promise<StreamConfig> {
  return (await jsm.streams.info(name)).config;
}

const created = suite('a stream created from a definition');

for (const options of [
  {},
  { max_age: 60e9 },
  { max_msgs: 0, max_bytes: 0, max_msg_size: 0, max_consumers: 0, max_msgs_per_subject: 0 },
  { duplicate_window: 0 },
  { subject_delete_marker_ttl: 60e9 },
  { allow_msg_schedules: true },
  { sources: [{ name: 'ORIGIN' }] },
  { persist_mode: 'default' },
  { republish: { src: '>', dest: 'copies.created.>', headers_only: false } },
  { metadata: { team: 'a' } },
] satisfies Partial<StreamConfig>[]) {
  created(`has no difference, with ${JSON.stringify(options)}`, async () => {
    const definition = { ...minimal(), ...options };
    assert.equal(await provisionStream(jsm, definition), { outcome: 'created' });
    assert.equal(await provisionStream(jsm, definition), { outcome: 'unchanged' });
  });
}

created('has only options that the table contains', async () => {
  const config = await readConfig((await createDiffering({})).name);
  assert.equal(
    Object.keys(config).filter((field) => streamOptions[field] === undefined),
    [],
  );
});

created.run();

const followers = suite('a follower');

followers('is concerned by options that change the content, none of which can be changed safely', () => {
  const concerning = additions.filter(
    ([options]) => compareOptions({ ...shipped, ...options }, shipped, 'follower').length > 0,
  );
  assert.equal(
    concerning.map(([options]) => Object.keys(options)[0]),
    ['retention', 'subject_transform', 'sources', 'mirror', 'allow_msg_counter'],
  );
  const other = { ...shipped, subjects: ['other.*'] };
  assert.equal(
    compareOptions(other, shipped, 'follower').map(({ field }) => field),
    ['subjects'],
  );
  for (const { scope, isSafe } of Object.values(streamOptions))
    assert.ok(scope !== 'content' || isSafe === undefined);
});

followers.after(async () => {
  await nc.close();
  await broker.close();
});
followers.run();

/** The options of a stream: the value that the server reports for an unset one, and what a different value endangers. */

import type { StreamConfig } from '@nats-io/jetstream';

/** Content of a stream file, in the format of `nats stream add --config`: snake_case, durations in nanoseconds. */
export type StreamDefinition = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

type IsSafe = (actual: unknown, wanted: unknown) => boolean;

export type StreamOption = {
  /**
   * - `content`: changes which messages a reader gets, or what they mean.
   * - `guarantee`: the owner of the stream relies on it.
   * - `deployment`: a deployment may choose it. Compared only if the definition names it.
   */
  readonly scope: 'content' | 'guarantee' | 'deployment';
  /** The server's value for a stream whose definition does not name the option. Undefined: not set, or any value. */
  initial?(definition: StreamDefinition): unknown;
  /** Consequence of a value that differs from the wanted one. */
  readonly endangers?: string;
  /** Whether the change is possible while the stream contains data, and loses none. Default: never. */
  readonly isSafe?: IsSafe;
};

const always: IsSafe = () => true;
const onlyEnabling: IsSafe = (_actual, wanted) => wanted === true;
const onlyIncrease: IsSafe = (actual, wanted) => Number(wanted) > Number(actual);
/** For limits: zero and negative values mean "no limit". */
const onlyRelaxing: IsSafe = (actual, wanted) =>
  Number(wanted) <= 0 || (Number(actual) > 0 && Number(wanted) > Number(actual));

const deployment = (isSafe: IsSafe): StreamOption => ({ scope: 'deployment', isSafe });
const content = (endangers: string): StreamOption => ({ scope: 'content', endangers });
const guarantee = (endangers: string, rest: Partial<StreamOption> = {}): StreamOption => ({
  scope: 'guarantee',
  endangers,
  ...rest,
});
const limit = (endangers: string) => guarantee(endangers, { initial: () => -1, isSafe: onlyRelaxing });

const expiry = 'events are deleted, and replicas that start afterwards differ from the others';
const fullStream = 'at the limit, writes are rejected, or the oldest events are deleted';

/** The server's `StreamDefaultDuplicatesWindow`, in ns. */
const defaultDuplicateWindow = 120e9;

/** Options of nats-server 2.15 (`StreamConfig` and `checkStreamCfg` in server/stream.go). */
export const streamOptions: Readonly<Record<string, StreamOption>> = {
  description: deployment(always),
  metadata: deployment(always),
  placement: deployment(() => false),
  num_replicas: deployment(onlyIncrease),

  name: content('another stream is read'),
  subjects: content('events are missing, or messages that are not events are stored'),
  mirror: content('the events are those of another stream, and nothing can be appended'),
  sources: content('messages of other streams are stored between the events, without a version check'),
  subject_transform: content('messages are stored under another subject: as events of another entity'),
  allow_msg_counter: content('the server replaces the payload of messages with a counter'),
  retention: {
    ...content('events are deleted once consumers have acknowledged them'),
    initial: () => 'limits',
  },

  storage: guarantee('events in memory are lost when the server stops', { initial: () => 'file' }),
  persist_mode: guarantee('writes are acknowledged before they are on disk', { initial: () => 'default' }),
  discard: guarantee('at a limit, the oldest events are deleted, or new ones are rejected', {
    initial: () => 'old',
  }),
  discard_new_per_subject: guarantee('an entity that reaches the limit rejects every further event'),
  max_age: guarantee(expiry, { initial: () => 0, isSafe: onlyRelaxing }),
  max_bytes: limit(fullStream),
  max_msgs: limit(fullStream),
  max_msgs_per_subject: limit(fullStream),
  max_msg_size: limit('events of the usual size are rejected, or larger ones are stored'),
  max_consumers: limit('replicas beyond the limit cannot read the stream'),
  consumer_limits: guarantee('the server changes or rejects the consumers of replicas'),
  duplicate_window: guarantee('repeated messages are recognized for a different time', {
    initial: initialDuplicateWindow,
    isSafe: onlyIncrease,
  }),
  no_ack: guarantee('the server acknowledges no message: the outcome of every write is unknown'),
  sealed: guarantee('every write is rejected'),
  first_seq: guarantee('positions start at another number'),
  compression: guarantee('none of the events, only disk space and speed', {
    initial: () => 'none',
    isSafe: always,
  }),
  republish: guarantee('events are published again under other subjects, where other streams may store them'),
  deny_delete: guarantee('single events can be deleted', { isSafe: onlyEnabling }),
  deny_purge: guarantee('all events can be deleted', { isSafe: onlyEnabling }),
  allow_rollup_hdrs: guarantee('a message with Nats-Rollup deletes the events before it', {
    initial: (definition) => hasDeleteMarkers(definition) || definition.allow_msg_schedules === true,
  }),
  allow_msg_ttl: guarantee(`a message with Nats-TTL expires: ${expiry}; this option is irreversible`, {
    initial: hasDeleteMarkers,
  }),
  subject_delete_marker_ttl: guarantee('the server appends messages that are not events'),
  allow_msg_schedules: guarantee('the server appends messages later, without a version check'),
  allow_atomic: guarantee('a command with several events is rejected, or clients may append batches', {
    isSafe: onlyEnabling,
  }),
  allow_batched: guarantee('clients may append batches whose messages are not acknowledged one by one'),
  allow_direct: guarantee('direct reads are rejected, or are answered by a replica that may lag', {
    isSafe: onlyEnabling,
  }),
  mirror_direct: guarantee('a mirror answers direct reads, and may lag'),
};

/** For an option of a newer server. */
export const unknownOption: StreamOption = guarantee('unknown: the option is newer than this version');

/** Whether the server cannot distinguish the value from an unset one. */
export function isUnset(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isUnset);
  return value === undefined || value === null || value === false || value === 0 || value === '';
}

/** A copying stream has no window of its own, and no window exceeds the age at which messages are deleted. */
function initialDuplicateWindow({ mirror, sources, max_age = 0 }: StreamDefinition): number {
  if (!isUnset(mirror) || !isUnset(sources)) return 0;
  return max_age > 0 ? Math.min(max_age, defaultDuplicateWindow) : defaultDuplicateWindow;
}

function hasDeleteMarkers({ subject_delete_marker_ttl = 0 }: StreamDefinition): boolean {
  return subject_delete_marker_ttl > 0;
}

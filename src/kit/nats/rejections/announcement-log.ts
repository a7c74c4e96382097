/**
 * The announcements as a log: one that is appended has to follow the last one, so that each rejection is stored once, whichever replica
 * is first. The broker publishes what it has stored.
 */

import { jetstream, JetStreamApiError, type JetStreamManager, type MsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { tryParseJson } from '../../api/requests/try-parse-json.ts';
import { escapeUnfit } from '../../domain/text.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import type { RejectionNames } from './names.ts';

/** Identifies the message that a record is about. */
const Announced = z.object({ position: z.int(), time: z.iso.datetime() });
export type Announced = z.infer<typeof Announced>;

/** The last record of the log. */
export type LastRecord = {
  /** Its sequence; 0 if the log is empty. */
  readonly sequence: number;
  /** Every rejected message up to this one is announced, or is older than the log. Undefined: the log does not say. */
  readonly upTo: Announced | undefined;
};

export type AnnouncementLog = {
  /** Throws if the log does not exist or the broker does not respond. */
  readLast(): Promise<LastRecord>;
  /** Returns the new last record, or undefined if another record was first. Throws as `readLast`. */
  append(subject: string, record: Announced, last: LastRecord): Promise<LastRecord | undefined>;
};

export function openAnnouncementLog(
  nc: NatsConnection,
  jsm: JetStreamManager,
  { stream }: Pick<RejectionNames, 'stream'>,
): AnnouncementLog {
  const js = jetstream(nc, { checkAPI: false });
  // The server accepts a wildcard, unlike the client's type (ADR-31 of NATS).
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const anySubject = { last_by_subj: '>' } as MsgRequest;

  return {
    async readLast() {
      const found = await jsm.streams.getMessage(stream, anySubject);
      if (found === null) return { sequence: 0, upTo: undefined };
      return { sequence: found.seq, upTo: Announced.safeParse(tryParseJson(found.string())).data };
    },

    async append(subject, record, { sequence }) {
      try {
        const expect = { lastSequence: sequence, streamName: stream };
        const { seq } = await js.publish(subject, escapeUnfit(JSON.stringify(record)), { expect });
        return { sequence: seq, upTo: record };
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === brokerErrors.wrongLastSequence)
          return undefined;
        throw error;
      }
    },
  };
}

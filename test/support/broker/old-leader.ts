/**
 * A stream leader that does not have the latest messages. It passes all API requests on to the broker, except that it answers
 * requests for messages from a state that ends at an earlier position.
 */

import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { brokerErrors } from '../../../src/kit/nats/connection/broker-errors.ts';

export type OldLeader = {
  /** For `jetstreamManager`. */
  readonly apiPrefix: string;
  /** Number of message requests that the old leader still answers. The current leader answers the later ones. */
  answers: number;
  /** The last position that the old leader has. */
  last: number;
};

const Message = z.object({ message: z.object({ seq: z.int() }) });
const noMessage = {
  error: { code: 404, err_code: brokerErrors.noMessageFound, description: 'no message found' },
};

export function startOldLeader(nc: NatsConnection, stream: string): OldLeader {
  const leader: OldLeader = { apiPrefix: 'old-leader.API', answers: 0, last: 0 };
  nc.subscribe(`${leader.apiPrefix}.>`, {
    callback(error, request) {
      if (error !== null) throw error;
      const subject = request.subject.replace(leader.apiPrefix, '$JS.API');
      const isOld = subject === `$JS.API.STREAM.MSG.GET.${stream}` && leader.answers > 0;
      if (isOld) leader.answers -= 1;
      void nc.request(subject, request.data).then((response) => {
        const found = Message.safeParse(response.json());
        const isMissing = isOld && found.success && found.data.message.seq > leader.last;
        request.respond(isMissing ? JSON.stringify(noMessage) : response.data);
      });
    },
  });
  return leader;
}

import { headers, type Msg, type MsgHdrs } from 'nats';
import { errorCodeHeader, errorHeader } from '../../connection/headers.ts';

/** A request to an endpoint. */
export type ServiceRequest = {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  respond(text: string, fields?: MsgHdrs): void;
  /**
   * Sends an error reply, which the statistics of the endpoint count.
   *
   * @param description one line.
   */
  respondError(code: number, description: string, text?: string): void;
};

/** @param onError receives the error of an error reply as text, before it is sent. */
export function createRequest(message: Msg, onError: (error: string) => void): ServiceRequest {
  return {
    subject: message.subject,
    data: message.data,
    headers: message.headers,
    respond(text, fields) {
      message.respond(text, fields && { headers: fields });
    },
    respondError(code, description, text = '') {
      onError(`${code}: ${description}`);
      const fields = headers();
      fields.set(errorCodeHeader, String(code));
      fields.set(errorHeader, description);
      message.respond(text, { headers: fields });
    },
  };
}

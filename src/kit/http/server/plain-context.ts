import type { IncomingMessage } from 'node:http';
import { jsonContentType, type ReadContext } from './operation.ts';
import type { RequestState } from './request-state.ts';

/** The target of a request, and the decoded parameters in its path. */
export type Target = {
  readonly path: string;
  readonly querystring: string;
  readonly params: Readonly<Record<string, string>>;
};

/** What reads use of Koa's context, without the rest. */
export class PlainContext implements ReadContext {
  readonly req: IncomingMessage;
  readonly path: string;
  readonly querystring: string;
  readonly state: RequestState;
  /** The headers of the response: names, each followed by its value. Node.js writes this form in the least time. */
  readonly headers: string[] = [];
  status = 200;
  /** The serialized body. */
  content: string | Buffer | undefined = undefined;

  constructor(req: IncomingMessage, { path, querystring, params }: Target, traceparent: string | undefined) {
    this.req = req;
    this.path = path;
    this.querystring = querystring;
    this.state = { params, traceparent };
  }

  get body(): unknown {
    return this.content;
  }

  /** Like Koa, serializes other values than text and bytes as JSON. */
  set body(value: unknown) {
    const isSerialized = typeof value === 'string' || Buffer.isBuffer(value);
    this.content = isSerialized ? value : JSON.stringify(value);
    if (!isSerialized) this.set('Content-Type', jsonContentType);
  }

  get(name: string): string | undefined {
    const { headers } = this;
    for (let index = 0; index < headers.length; index += 2) {
      if (headers[index] === name) return headers[index + 1];
    }
    return undefined;
  }

  set(name: string | Readonly<Record<string, string>>, value = ''): void {
    if (typeof name === 'string') this.#setOne(name, value);
    else for (const [field, text] of Object.entries(name)) this.#setOne(field, text);
  }

  #setOne(name: string, value: string): void {
    const { headers } = this;
    let index = 0;
    while (index < headers.length && headers[index] !== name) index += 2;
    headers[index] = name;
    headers[index + 1] = value;
  }

  vary(field: string): void {
    const fields = this.get('Vary');
    this.set('Vary', fields === undefined ? field : `${fields}, ${field}`);
  }
}

import { IncomingMessage, ServerResponse, type IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import Koa, { type Context } from 'koa';

/** Creates Koa's context of a request for `url`, without a connection. */
export function createContext(url: string, headers: IncomingHttpHeaders = {}): Context {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { url, headers, method: 'GET' });
  return new Koa().createContext(request, new ServerResponse(request));
}

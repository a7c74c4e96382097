/**
 * An operation of the REST API: its parameters, its responses and its handler. The router and the OpenAPI document are both
 * generated from this declaration, so they cannot diverge.
 */

import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { z } from 'zod';
import type { Id } from '../../domain/entity-id.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { RequestHeaderName, RequestHeaders } from '../protocol/request-headers.ts';
import type { ResponseHeaderName } from '../protocol/response-headers.ts';

export const jsonMediaType = 'application/json';
export const jsonContentType = `${jsonMediaType}; charset=utf-8`;

/** The response for one status code. */
export type ResponseDescription = {
  readonly description: string;
  readonly headers?: readonly ResponseHeaderName[];
  /** The schema of the body; undefined: no body. */
  readonly body?: z.ZodType;
  /** Default: {@link jsonMediaType}. */
  readonly mediaType?: string;
  /** Schemas of the body in other media types. The client selects one by its Accept header. */
  readonly alternatives?: Readonly<Record<string, z.ZodType>>;
};

/** A request whose body the handler reads itself. */
export type BulkRequest = { readonly ctx: Context; readonly headers: RequestHeaders };

/** A body in another media type, with other responses. */
export type AlternativeBody = {
  readonly mediaType: string;
  readonly description: string;
  readonly example: string;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  handle(request: BulkRequest): Promise<void>;
};

type Declaration<Params, Query, Body> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** The path in OpenAPI notation (`/ports/{id}`), followed by its aliases. The parameter `id` is an entity's id. */
  readonly paths: readonly [string, ...string[]];
  /** The path parameters other than `id`. */
  readonly params?: z.ZodType<Params>;
  /** Unique in the service: `addLaptop`. */
  readonly name: string;
  readonly summary: string;
  /** The group of the operation in the OpenAPI document. */
  readonly tag: string;
  /** Verb of the command that the operation executes. */
  readonly command?: string;
  /** Name of the service's own query that the operation answers. */
  readonly queryName?: string;
  readonly query?: z.ZodType<Query>;
  readonly headers?: readonly RequestHeaderName[];
  readonly body?: z.ZodType<Body>;
  /** The media type of the body. Default: {@link jsonMediaType} and all types that end in `+json`. */
  readonly bodyType?: string;
  /** Another media type of the body, with a handler of its own. */
  readonly alternative?: AlternativeBody;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** Media types of documents embedded in a response. The client may request them, although no response has them. */
  readonly alsoAcceptable?: readonly string[];
  /** The problems that are specific to this operation, in addition to those common to all requests and bodies. */
  readonly problems: readonly ProblemCode[];
};

/** The part of Koa's context that reads use. It is small, so that they can be answered without Koa. */
export type ReadContext = Pick<Context, 'path' | 'querystring' | 'state' | 'status' | 'body' | 'vary'> & {
  readonly req: Pick<IncomingMessage, 'headers'>;
  set(name: string, value: string): void;
  set(headers: Readonly<Record<string, string>>): void;
};

/** The parsed request of a read. */
export type ReadInput<Params, Query> = {
  readonly ctx: ReadContext;
  /** The entity's id from the path; 0 if the path has none. */
  readonly id: Id;
  readonly params: Params;
  readonly query: Query;
  readonly headers: RequestHeaders;
  /** The media type that the client prefers among those of the operation; empty if no response has a body. */
  readonly accepted: string;
};

/** The parsed request. */
export type Input<Params, Query, Body> = ReadInput<Params, Query> & {
  readonly ctx: Context;
  readonly body: Body;
  /** The JSON value of the body before parsing; undefined if the operation has no body. */
  readonly received: unknown;
};

export type Operation = Declaration<unknown, unknown, unknown> & {
  handle(input: Input<never, never, never>): Promise<void> | void;
  /** The same as `handle`, if that needs only a part of Koa's context. */
  read?(input: ReadInput<never, never>): Promise<void> | void;
};

/** Declares an operation. The types of `handle`'s input are inferred from the schemas. */
export function defineOperation<Params, Query, Body>(
  operation: Declaration<Params, Query, Body> & {
    handle(input: Input<Params, Query, Body>): Promise<void> | void;
  },
): Operation {
  return operation;
}

/** Declares a read that is answered without Koa if possible. It sets the status, unless it is 200, headers and body of `ctx`. */
export function defineRead<Params, Query>({
  read,
  ...declaration
}: Omit<Declaration<Params, Query, undefined>, 'method'> & {
  read(input: ReadInput<Params, Query>): Promise<void> | void;
}): Operation {
  return { ...declaration, method: 'get', handle: read, read };
}

/** Whether the operation can change state. If writes are protected, it requires a token. */
export function isWrite({ method }: Pick<Operation, 'method'>): boolean {
  return method !== 'get';
}

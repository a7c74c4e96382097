/**
 * An operation of the REST door, declared once: what it takes, what it answers, and how it is done. The router and the
 * OpenAPI document are both made from it, so that neither can drift from the other.
 */

import type { RouterContext } from '@koa/router';
import type { z } from 'zod';
import type { ProblemCode } from '../../domain/problem.ts';
import type { RequestHeaderName, RequestHeaders } from '../protocol/request-headers.ts';
import type { ResponseHeaderName } from '../protocol/response-headers.ts';

/** What an answer is when its operation says nothing else. */
export const jsonMediaType = 'application/json';

/** What an answer with one status holds. */
export type ResponseDescription = {
  readonly description: string;
  readonly headers?: readonly ResponseHeaderName[];
  /** The body's schema; an answer without one has no body. */
  readonly body?: z.ZodType;
  /** Default {@link jsonMediaType}. */
  readonly mediaType?: string;
  /** What it can be instead, by media type: the one that the client prefers is answered. */
  readonly alternatives?: Readonly<Record<string, z.ZodType>>;
};

type Declaration<Params, Query, Body> = {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** The path as OpenAPI writes it (`/ports/{id}`), and its aliases. The parameter `id` is an entity's id. */
  readonly paths: readonly [string, ...string[]];
  /** The path's parameters beside `id`. */
  readonly params?: z.ZodType<Params>;
  /** The path parameter that may contain slashes. It ends the path. */
  readonly wildcard?: string;
  /** Unique in the service: `addLaptop`. */
  readonly name: string;
  readonly summary: string;
  /** The group it stands in: what people call one of the things it is about. */
  readonly tag: string;
  readonly query?: z.ZodType<Query>;
  readonly headers?: readonly RequestHeaderName[];
  readonly body?: z.ZodType<Body>;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** Media types that a client may ask for although no answer has them, because one holds documents that do. */
  readonly alsoAcceptable?: readonly string[];
  /** What can go wrong, beyond `malformed`, `internal` and, with a body, what can be wrong with that. */
  readonly problems: readonly ProblemCode[];
};

/** What a request gave, parsed. */
export type Input<Params, Query, Body> = {
  readonly ctx: RouterContext;
  /** The entity that the path names; 0 where it names none. */
  readonly id: number;
  readonly params: Params;
  readonly query: Query;
  readonly headers: RequestHeaders;
  /** Of the media types that the operation knows, the one that the client prefers; empty where no answer has a body. */
  readonly accepted: string;
  readonly body: Body;
};

export type Operation = Declaration<unknown, unknown, unknown> & {
  handle(input: Input<never, never, never>): Promise<void> | void;
};

/** Declares an operation; `handle` gets its input in the types of the schemas. */
export function defineOperation<Params, Query, Body>(
  operation: Declaration<Params, Query, Body> & {
    handle(input: Input<Params, Query, Body>): Promise<void> | void;
  },
): Operation {
  return operation;
}

/** Whether it can change something: where writes are protected, it needs a token. */
export function isWrite({ method }: Pick<Operation, 'method'>): boolean {
  return method !== 'get';
}

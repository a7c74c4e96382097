/** Executes an operation: authorizes the request, parses it, waits for the position that it asks for, and calls the handler. */

import { parse } from 'node:querystring';
import type { Context } from 'koa';
import type { IdType } from '../../domain/id-type.ts';
import type { Freshness } from '../../eventlog/freshness.ts';
import { waitForPosition } from '../protocol/consistency.ts';
import type { RequestHeaders } from '../protocol/request-headers.ts';
import { acceptsDefault, mediaTypesOf, negotiate } from './accept.ts';
import type { Compression } from './compression.ts';
import { isWrite, jsonMediaType, type Operation, type ReadContext } from './operation.ts';
import {
  assertReadable,
  hasMediaType,
  parseBody,
  parseHeaders,
  parseId,
  parseParams,
  parseQuery,
} from './parse.ts';
import { stateOf } from './request-state.ts';

export type EndpointOptions = {
  /** What the parameter `id` of a path is. Default: a positive integer. */
  readonly id?: IdType;
  /** What a request with Wait-For-Position waits for. Default: it does not wait. */
  readonly freshness?: Freshness;
  /**
   * Returns who sent the request, if the token says so. Throws a Problem if the request may not write. Undefined: writes
   * need no token.
   */
  readonly authorizeWrite?: ((ctx: Context) => Promise<string | undefined>) | undefined;
};

/** An operation, ready to respond to requests. */
export type Endpoint = {
  handle(ctx: Context): Promise<void>;
  /** Responds to a request that has the default media type. Undefined if the operation needs Koa. */
  readonly read: ((ctx: ReadContext) => Promise<void> | void) | undefined;
  /** Whether the Accept header allows the default media type before all others. */
  acceptsDefault(accept: string | undefined): boolean;
};

export function createEndpoint(
  operation: Operation,
  { id: idType, freshness, authorizeWrite }: EndpointOptions,
  compress: Compression,
): Endpoint {
  const { params, query, headers: headerNames = [], body, bodyType, alternative, handle, read } = operation;
  const bodyTypes = [
    bodyType ?? jsonMediaType,
    ...(alternative === undefined ? [] : [alternative.mediaType]),
  ];
  const alternativeTypes = alternative === undefined ? [] : mediaTypesOf(alternative);
  const mediaTypes = mediaTypesOf(operation);
  const writes = isWrite(operation);

  const parseOwnHeaders = ({ req, state }: ReadContext) =>
    parseHeaders(headerNames, req.headers, stateOf({ state }).traceparent);

  function parseRequest(ctx: ReadContext) {
    const pathParams = stateOf(ctx).params ?? {};
    const id = pathParams['id'];
    return {
      id: id === undefined ? 0 : parseId(id, idType),
      params: params === undefined ? undefined : parseParams(params, pathParams),
      query:
        query === undefined ? undefined : parseQuery(query, parse(ctx.querystring, '&', '=', { maxKeys: 0 })),
      headers: parseOwnHeaders(ctx),
    };
  }

  /** Calls the handler as soon as this replica has applied the position that the request asks for. */
  function callAtPosition(
    handler: (input: never) => Promise<void> | void,
    input: { readonly headers: RequestHeaders },
  ): Promise<void> | void {
    // `defineOperation` ensures that the handler's input has the types of the operation's schemas.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const call = () => handler(input as never);
    const mustWait = freshness !== undefined && input.headers['Wait-For-Position'] !== undefined;
    return mustWait ? waitForPosition(input.headers, freshness).then(call) : call();
  }

  return {
    acceptsDefault: (accept) => acceptsDefault(accept, mediaTypes),
    read:
      read &&
      ((ctx) => {
        const accepted = negotiate(ctx, mediaTypes);
        const input = { ctx, ...parseRequest(ctx), accepted };
        return callAtPosition(read, input);
      }),

    async handle(ctx) {
      if (writes) stateOf(ctx).actor = await authorizeWrite?.(ctx);
      const isJson = ctx.req.headers['content-type'] === jsonMediaType;
      if (!isJson && alternative !== undefined && hasMediaType(ctx, alternative.mediaType)) {
        negotiate(ctx, alternativeTypes);
        const headers = parseOwnHeaders(ctx);
        assertReadable(ctx);
        await alternative.handle({ ctx, headers });
        return;
      }
      const accepted = negotiate(ctx, mediaTypes);
      const request = parseRequest(ctx);
      // The body is read last: a request with invalid parameters or headers is rejected without it.
      const json = body === undefined ? undefined : await parseBody(body, ctx, bodyTypes);
      const input = { ctx, ...request, accepted, body: json?.parsed, received: json?.received };
      await callAtPosition(handle, input);
      if (!writes) await compress(ctx);
    },
  };
}

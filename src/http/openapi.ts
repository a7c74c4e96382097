/** The OpenAPI 3.1 document, made from the operations that the router serves and the schemas that they validate with. */

import { z } from 'zod';
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { EntityId } from '../core/entity-id.ts';
import type { ProblemCode } from '../core/problem.ts';
import type { AnswerDescription, Operation } from './operation.ts';
import { ProblemDocument, problemKinds, problemMediaType } from '../core/problem-document.ts';
import { requestHeaderSchema } from './request-headers.ts';
import { responseHeaders, type ResponseHeaderName } from './response-headers.ts';

export type OpenApiInfo = { readonly title: string; readonly version: string; readonly description: string };

export function describeOperations(operations: readonly Operation[], info: OpenApiInfo): oas31.OpenAPIObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    for (const [index, path] of operation.paths.entries()) {
      paths[path] = { ...paths[path], [operation.method]: describeOperation(operation, path, index > 0) };
    }
  }
  return createDocument({ openapi: '3.1.1', info, servers: [{ url: '/' }], paths });
}

function describeOperation(operation: Operation, path: string, isAlias: boolean): ZodOpenApiOperationObject {
  const { name, summary, tag, query, headers = [], body, answers } = operation;
  return {
    // An operation id stands for one path only.
    operationId: isAlias ? `${name}By${path.split('/')[1]}` : name,
    summary,
    description: summary,
    tags: [tag],
    ...(isAlias && { deprecated: true }),
    requestParams: {
      ...(path.includes('{id}') && { path: z.object({ id: EntityId }) }),
      ...(query instanceof z.ZodObject && { query }),
      ...(headers.length > 0 && { header: requestHeaderSchema(headers) }),
    },
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)]),
      ),
      ...Object.fromEntries(
        problemsOf(operation).map((code) => [problemKinds[code].status, describeProblem(code)]),
      ),
    },
  };
}

/** What an operation can answer instead: its own problems, and those of every request or every body. */
function problemsOf({ problems, body }: Operation): ProblemCode[] {
  const ofBodies: ProblemCode[] = ['too-large', 'unsupported-media-type', 'invalid'];
  return ['malformed', 'not-acceptable', ...(body === undefined ? [] : ofBodies), ...problems, 'internal'];
}

function describeAnswer({
  description,
  headers = [],
  body,
  mediaType = 'application/json',
}: AnswerDescription) {
  return {
    description,
    headers: describeHeaders(['Request-Id', ...headers]),
    ...(body !== undefined && { content: { [mediaType]: { schema: body } } }),
  };
}

function describeProblem(code: ProblemCode) {
  return {
    description: problemKinds[code].title,
    headers: describeHeaders(code === 'unavailable' ? ['Request-Id', 'Retry-After'] : ['Request-Id']),
    content: { [problemMediaType]: { schema: ProblemDocument } },
  };
}

function describeHeaders(names: readonly ResponseHeaderName[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, responseHeaders[name]])));
}

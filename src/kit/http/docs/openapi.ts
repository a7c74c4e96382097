/** Generates the OpenAPI 3.1 document from the operations of the router and the schemas that validate their requests. */

import { z } from 'zod';
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { ProblemDocument } from '../../api/responses/documents.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';
import type { ServiceDescription } from '../../api/responses/service-description.ts';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import {
  isWrite,
  jsonMediaType,
  type AlternativeBody,
  type ResponseDescription,
  type Operation,
} from '../server/operation.ts';
import { problemKinds, problemMediaType, toProblemDocument } from '../../api/responses/problem-document.ts';
import { requestHeaderSchema } from '../protocol/request-headers.ts';
import { responseHeaders, type ResponseHeaderName } from '../protocol/response-headers.ts';

export type OpenApiInfo = {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** The scope that writes require; undefined: writes need no token. */
  readonly writeScope?: string | undefined;
  /** What the parameter `id` of a path is. Default: a positive integer. */
  readonly id?: IdType;
  /** The extension `x-portside`. */
  readonly service?: ServiceDescription;
};

/** Conventions that apply to every path, appended to the description of the document. */
const conventions =
  'Paths are case-sensitive and have no slash at the end. ' +
  'Every path that supports GET also supports HEAD, and every path supports OPTIONS. A 405 response lists the supported ' +
  'methods in `Allow`. Errors are problem documents (RFC 9457), whose `type` is the URL of a page that explains the problem.';

/** The name of the security scheme: a JWT as a bearer token (RFC 6750). */
const bearerToken = 'bearerToken';

export function describeOperations(
  operations: readonly Operation[],
  { writeScope, service, id = integerId, ...info }: OpenApiInfo,
): oas31.OpenAPIObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    for (const [index, path] of operation.paths.entries()) {
      paths[path] = {
        ...paths[path],
        [operation.method]: describeOperation(operation, path, index > 0, writeScope, id),
      };
    }
  }
  const tags = [...new Set(operations.map(({ tag }) => tag))].map((name) => ({
    name,
    description: `Operations on ${name}.`,
  }));
  return createDocument({
    openapi: '3.1.1',
    info: { ...info, description: `${info.description} ${conventions}` },
    servers: [{ url: '/' }],
    ...(service !== undefined && { 'x-portside': service }),
    tags,
    paths,
    security: [],
    ...(writeScope !== undefined && {
      components: {
        securitySchemes: { [bearerToken]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    }),
  });
}

function describeOperation(
  operation: Operation,
  path: string,
  isAlias: boolean,
  writeScope: string | undefined,
  id: IdType,
): ZodOpenApiOperationObject {
  const { name, summary, tag, command, queryName, params, query, headers = [], responses } = operation;
  const { body, bodyType = jsonMediaType, alternative } = operation;
  const needsToken = writeScope !== undefined && isWrite(operation);
  return {
    // Operation ids must be unique, so each alias needs its own.
    operationId: isAlias ? `${name}By${path.split('/')[1]}` : name,
    summary,
    description: summary,
    tags: [tag],
    ...(command !== undefined && { 'x-command': command }),
    ...(queryName !== undefined && { 'x-query': queryName }),
    ...(needsToken && { security: [{ [bearerToken]: [writeScope] }] }),
    ...(isAlias && { deprecated: true }),
    requestParams: {
      ...(path.includes('{') && { path: describePathParams(path, params, id) }),
      ...(query instanceof z.ZodObject && { query }),
      header: requestHeaderSchema([...headers, 'Request-Id']),
    },
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: describeContent({ [bodyType]: body, ...(alternative && describeAlternative(alternative)) }),
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries({ ...responses, ...alternative?.responses }).map(([status, response]) => [
          status,
          describeResponse(response),
        ]),
      ),
      ...Object.fromEntries(
        problemsOf(operation, needsToken).map((code) => [problemKinds[code].status, describeProblem(code)]),
      ),
    },
  };
}

function describeAlternative({ mediaType, description, example }: AlternativeBody) {
  return { [mediaType]: z.string().meta({ description, example }) };
}

function describePathParams(path: string, params: z.ZodType | undefined, { schema, example }: IdType) {
  return z.object({
    ...(path.includes('{id}') && { id: schema.meta({ description: 'The id of the entity.', example }) }),
    ...(params instanceof z.ZodObject && params.shape),
  });
}

/** Returns all problems of an operation: its own, and those common to all requests, bodies and tokens. */
function problemsOf({ problems, body }: Operation, needsToken: boolean): ProblemCode[] {
  const tokenProblems: ProblemCode[] = needsToken ? ['unauthenticated', 'forbidden', 'unavailable'] : [];
  const bodyProblems: ProblemCode[] =
    body === undefined ? [] : ['too-large', 'unsupported-media-type', 'invalid'];
  return [
    'malformed',
    'not-acceptable',
    'too-many-requests',
    ...tokenProblems,
    ...bodyProblems,
    ...problems,
    'internal',
  ];
}

function describeResponse({
  description,
  headers = [],
  body,
  mediaType = jsonMediaType,
  alternatives = {},
}: ResponseDescription) {
  return {
    description,
    headers: describeHeaders(['Request-Id', ...headers]),
    ...(body !== undefined && { content: describeContent({ [mediaType]: body, ...alternatives }) }),
  };
}

function describeContent(schemas: Readonly<Record<string, z.ZodType>>) {
  return Object.fromEntries(Object.entries(schemas).map(([mediaType, schema]) => [mediaType, { schema }]));
}

/** The headers of problem responses. */
const problemHeaders: Partial<Record<ProblemCode, readonly ResponseHeaderName[]>> = {
  unauthenticated: ['WWW-Authenticate'],
  forbidden: ['WWW-Authenticate'],
  'method-not-allowed': ['Allow'],
  'unsupported-media-type': ['Accept', 'Accept-Encoding', 'Accept-Patch'],
  'too-many-requests': ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  unavailable: ['Retry-After'],
};

function describeProblem(code: ProblemCode) {
  const { title, explanation } = problemKinds[code];
  return {
    description: title,
    headers: describeHeaders(['Request-Id', ...(problemHeaders[code] ?? [])]),
    content: {
      [problemMediaType]: {
        schema: ProblemDocument,
        example: toProblemDocument(new Problem(code, explanation)),
      },
    },
  };
}

function describeHeaders(names: readonly ResponseHeaderName[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, responseHeaders[name]])));
}

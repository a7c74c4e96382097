import { z } from 'zod';
import { Problem, problemCodes } from '../../domain/problem.ts';
import { readDocsAssets, renderDocsPage } from './docs-page.ts';
import { describeResponses, documentTag, fixedOperation, represent, respond } from './fixed-operation.ts';
import { describeOperations, type OpenApiInfo } from './openapi.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { consoleOperations, type ConsoleFiles } from './console-operations.ts';
import { renderProblemIndex, renderProblemPage } from './problem-pages.ts';

/**
 * Returns the operations that serve the web console, the OpenAPI document and its documentation page, and the problem pages.
 * The OpenAPI document describes `operations` and the operations returned here.
 *
 * @throws Error if the operations cannot be described.
 */
export function documentOperations(
  operations: readonly Operation[],
  info: OpenApiInfo,
  consoleFiles: ConsoleFiles,
): Operation[] {
  const documents: Operation[] = [
    ...consoleOperations(info.title, consoleFiles),
    fixedOperation({
      name: 'getOpenApiDocument',
      path: '/openapi.json',
      summary: 'The OpenAPI 3.1 document of this API',
      mediaType: 'application/json',
      schema: z.looseObject({ openapi: z.string() }).meta({ description: 'OpenAPI 3.1' }),
      content: () => openApi,
    }),
    fixedOperation({
      name: 'getDocsPage',
      path: '/docs',
      summary: 'The documentation page of this API',
      mediaType: 'text/html',
      content: () => renderDocsPage(info.title),
    }),
    ...readDocsAssets().map(({ content, ...asset }) =>
      fixedOperation({ ...asset, cacheControl: 'public, max-age=3600', content: () => content }),
    ),
    fixedOperation({
      name: 'listProblems',
      path: '/problems',
      summary: 'The list of all problem types',
      mediaType: 'text/html',
      content: renderProblemIndex,
    }),
    problemOperation(),
  ];
  const openApi = JSON.stringify(describeOperations([...operations, ...documents], info));
  return documents;
}

function problemOperation(): Operation {
  const summary = 'The documentation of one problem type';
  return defineOperation({
    method: 'get',
    paths: ['/problems/{code}'],
    params: z.object({
      code: z.string().meta({
        description: 'The last part of the `type` of a problem document.',
        example: 'not-found',
      }),
    }),
    name: 'getProblem',
    summary,
    tag: documentTag,
    headers: ['If-None-Match'],
    responses: describeResponses(summary, 'text/html'),
    problems: ['not-found'],
    handle({ ctx, params, headers }) {
      const code = problemCodes.find((candidate) => candidate === params.code);
      if (code === undefined) {
        const detail = `There is no problem type "${params.code}". The types are ${problemCodes.join(', ')}.`;
        throw new Problem('not-found', detail);
      }
      respond(ctx, headers, represent('text/html', renderProblemPage(code)));
    },
  });
}

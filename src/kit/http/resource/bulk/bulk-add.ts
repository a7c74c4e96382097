/** `POST /laptops` with `application/x-ndjson`: adds one entity for each row, each on its own. */

import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { z } from 'zod';
import { keyOfRow, maxBulkKeyLength, ndjsonMediaType, type BulkResult } from '../../../api/commands/bulk.ts';
import { exampleOf, sentOf, splitId } from '../../../api/commands/command-input.ts';
import { maxBodyBytes, parseJson } from '../../../api/requests/json.ts';
import { toProblem, toProblemDocument } from '../../../api/responses/problem-document.ts';
import type { Body } from '../../../domain/service/command.ts';
import { Problem } from '../../../domain/problem.ts';
import type { NamedCommand } from '../../../domain/service/service.ts';
import type { JoinedResource } from '../../../eventlog/joined-resource.ts';
import { disconnectIfStalled } from '../../server/disconnect-if-stalled.ts';
import type { AlternativeBody, BulkRequest } from '../../server/operation.ts';
import { readBytes } from '../../server/parse.ts';
import { unquote, type CommandRunner } from '../command-runner.ts';
import type { BulkLimits } from '../route-context.ts';
import { runInOrder, splitRows, type Row } from './rows.ts';

/** Number of rows of one request that are decided and appended at once. */
const concurrency = 64;
/** Number of such requests at once. It bounds the memory: each body is held until its last row is done. */
const maxRequests = 16;
/** A client that takes no results for this time is disconnected, in ms. */
const stalledMs = 30_000;

export function bulkAdd(
  resource: JoinedResource,
  command: NamedCommand,
  runner: CommandRunner,
  {
    body,
    limits,
    stopping,
  }: { readonly body: Body; readonly limits: BulkLimits; readonly stopping: AbortSignal },
): AlternativeBody {
  const { contract, nouns } = resource;
  const { maxRows, maxBytes } = limits;
  let requests = 0;

  /** Counts a request until its response is complete. */
  function countRequest({ res }: Context) {
    if (stopping.aborted) throw new Problem('unavailable', 'The service is stopping.');
    if (requests >= maxRequests) {
      throw new Problem(
        'unavailable',
        `Too many requests with rows are in progress (limit ${maxRequests}). Retry later.`,
      );
    }
    if (res.closed) return;
    requests += 1;
    res.once('close', () => (requests -= 1));
  }

  function begin({ ctx, headers }: BulkRequest, rows: readonly Row[], key: string | undefined): Readable {
    async function add({ row, bytes }: Row): Promise<BulkResult> {
      try {
        if (stopping.aborted)
          throw new Problem('unavailable', 'The service is stopping. The row was not added.');
        if (bytes.length > maxBodyBytes) {
          throw new Problem(
            'too-large',
            `The row has ${bytes.length} bytes; the maximum is ${maxBodyBytes}.`,
          );
        }
        const { parsed, received } = parseJson(body, bytes);
        const call = { ...splitId(parsed, contract.id), sent: sentOf(command, received) };
        const messageId = keyOfRow(key, row);
        const entity = await runner.run(command, ctx, headers, { ...call, messageId });
        return { row, status: 201, id: entity.id, position: entity.version };
      } catch (error) {
        const problem = toProblem(error);
        // The application logs the error, as for a request of its own.
        if (problem.code === 'internal') ctx.app.emit('error', problem.cause, ctx);
        const document = toProblemDocument(problem);
        return { row, status: document.status, problem: document };
      }
    }
    const results = runInOrder(rows, concurrency, add);
    return Readable.from(toLines(results), { objectMode: false });
  }

  return {
    mediaType: ndjsonMediaType,
    description:
      `One JSON object in each line, as with \`application/json\`: at most ${maxRows} rows and ${maxBytes} bytes, and ` +
      `${maxBodyBytes} bytes in a row. Blank lines are skipped. Several ${nouns.plural} can be added, each on its own.`,
    example: `${JSON.stringify(exampleOf(body))}\n`,
    responses: {
      200: {
        description:
          'One JSON object in each line, for each row and in the order of the rows: `row` (the number of its line), `status`, ' +
          'and `id` and `position`, or `problem`. A row that is rejected does not affect others. If the connection breaks, ' +
          'some rows may have been added and others not: send the same body again with the same Idempotency-Key. The key ' +
          'of a row consists of that of the request and the number of its line. Preconditions apply to each row.',
        body: z.string(),
        mediaType: ndjsonMediaType,
      },
    },

    async handle(request) {
      const { ctx, headers } = request;
      const key = unquote(headers['Idempotency-Key']);
      if (key !== undefined && key.length > maxBulkKeyLength) {
        const detail = `The header Idempotency-Key must have at most ${maxBulkKeyLength} characters if the body has rows.`;
        throw new Problem('malformed', detail);
      }
      countRequest(ctx);
      const rows = splitRows(await readBytes(ctx, maxBytes), maxRows);
      ctx.status = 200;
      ctx.set('Content-Type', ndjsonMediaType);
      ctx.set('Cache-Control', 'no-store');
      ctx.body = begin(request, rows, key);
      disconnectIfStalled(ctx.res, stalledMs);
    },
  };
}

async function* toLines(results: AsyncIterable<BulkResult>): AsyncGenerator<string, void> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}

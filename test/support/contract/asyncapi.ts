/** Schema of the parts of an AsyncAPI document that the tests read, and validation with the official parser. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { z } from 'zod';

const Reference = z.object({ $ref: z.string() });
export const AsyncApi = z.looseObject({
  asyncapi: z.literal('3.0.0'),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  channels: z.record(
    z.string(),
    z.looseObject({ address: z.string().nullable(), messages: z.record(z.string(), Reference) }),
  ),
  operations: z.record(
    z.string(),
    z.looseObject({
      action: z.enum(['send', 'receive']),
      channel: Reference,
      messages: z.array(Reference),
      reply: z.object({ channel: Reference, messages: z.array(Reference) }).optional(),
      bindings: z.looseObject({ nats: z.looseObject({ queue: z.string() }) }).optional(),
    }),
  ),
  components: z.object({
    messages: z.record(
      z.string(),
      z.looseObject({
        name: z.string(),
        title: z.string(),
        headers: z.looseObject({}),
        payload: z.looseObject({}),
        examples: z.array(z.object({ payload: z.unknown() })).min(1),
      }),
    ),
    schemas: z.record(z.string(), z.unknown()),
  }),
});

const validator = fileURLToPath(new URL('../../../conformance/asyncapi/validate.mjs', import.meta.url));
const Diagnostics = z.array(
  z.array(z.object({ code: z.string(), message: z.string(), path: z.array(z.unknown()), severity: z.int() })),
);

/**
 * Runs the official parser in a child process and returns its diagnostics for each document, except for the notice
 * that a newer version of AsyncAPI exists.
 */
export async function validateAsyncApi(...documents: readonly unknown[]) {
  const child = spawn(process.execPath, [validator], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(documents));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.is(code, 0);
  const results = Diagnostics.parse(JSON.parse(output));
  return results.map((diagnostics) => diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version'));
}

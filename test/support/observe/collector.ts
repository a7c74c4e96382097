/** A trace collector that accepts OTLP/HTTP with JSON encoding and retains the spans. */

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Value = z
  .object({ stringValue: z.string(), intValue: z.union([z.number(), z.string()]) })
  .partial()
  .transform(({ stringValue, intValue }) => stringValue ?? Number(intValue));
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));

const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.int(),
              attributes: Attributes,
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
              status: z.object({ code: z.int().default(0) }),
            }),
          ),
        }),
      ),
    }),
  ),
});

export type CollectedSpan = z.infer<
  typeof Export
>['resourceSpans'][number]['scopeSpans'][number]['spans'][number] & {
  /** Resource attributes: `service.name`, `service.instance.id`. */
  readonly resource: Readonly<Record<string, string | number>>;
};

export type Collector = {
  /** `http://127.0.0.1:<port>`, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Number of requests received, whether accepted or not. */
  readonly requests: number;
  /** Accepts requests (default), rejects them with 400, or never responds. */
  setBehaviour(behaviour: 'accept' | 'reject' | 'hang'): void;
  close(): Promise<void>;
};

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  let requests = 0;
  let current: Parameters<Collector['setBehaviour']>[0] = 'accept';

  function accept(body: string, response: ServerResponse) {
    for (const { resource, scopeSpans } of Export.parse(JSON.parse(body)).resourceSpans) {
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ ...span, resource: resource.attributes });
      }
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  }

  const server = createServer((request, response) => {
    requests += 1;
    if (request.url !== '/v1/traces') response.writeHead(404).end();
    else if (current === 'reject') response.writeHead(400).end();
    else if (current === 'accept') {
      text(request).then(
        (body) => accept(body, response),
        () => undefined,
      );
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the collector has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    get requests() {
      return requests;
    },
    setBehaviour: (behaviour) => void (current = behaviour),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

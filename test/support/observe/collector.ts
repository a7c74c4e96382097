/** A collector of traces: takes OTLP over HTTP as JSON, and keeps the spans for the test to look at. */

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
  /** What the process says of itself: `service.name`, `service.instance.id`. */
  readonly resource: Readonly<Record<string, string | number>>;
};

export type Collector = {
  /** `http://127.0.0.1:<port>`, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** How many requests came, whatever became of them. */
  readonly requests: number;
  /** What happens to requests from now on: they are taken, refused, or never answered. */
  setBehavior(how: 'take' | 'refuse' | 'hang'): void;
  close(): Promise<void>;
};

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  let requests = 0;
  let behavior: Parameters<Collector['setBehavior']>[0] = 'take';

  function take(body: string, response: ServerResponse) {
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
    else if (behavior === 'refuse') response.writeHead(400).end();
    else if (behavior === 'take') {
      text(request).then(
        (body) => take(body, response),
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
    setBehavior: (how) => void (behavior = how),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

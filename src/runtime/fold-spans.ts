/** Spans for what a replica folds. What comes together is folded together and has one span, with a link to each of its writers. */

import { SpanKind, TraceFlags, type Tracer } from '@opentelemetry/api';
import type { ObservedView } from './log-observer.ts';
import { contextOf, streamAttributes, toSpanContext } from './span-context.ts';

/** A message of a batch: what wrote it, and where and when it was stored. */
type Folded = { readonly traceparent: string; readonly position: number; readonly time: number };

/** So many links a span may have (the SDK's default limit); more messages than that become several spans. */
const maxLinks = 128;

/** A message alone is folded as a child of what wrote it; of several none is the parent. Both have links. */
export function traceFolds(tracer: Tracer, stream: string, view: ObservedView): void {
  let batch: Folded[] = [];
  let startedAt = 0;
  let ending: NodeJS.Immediate | undefined;

  function end() {
    if (ending !== undefined) clearImmediate(ending);
    ending = undefined;
    const [first] = batch;
    const last = batch.at(-1);
    if (first === undefined || last === undefined) return;
    const now = Date.now();
    tracer
      .startSpan(
        `fold ${stream}`,
        {
          kind: SpanKind.CONSUMER,
          startTime: startedAt,
          links: batch.map(({ traceparent }) => ({ context: toSpanContext(traceparent) })),
          attributes: {
            ...streamAttributes(stream),
            'messaging.batch.message_count': batch.length,
            'portside.position': last.position,
            // By the clocks of two machines.
            'portside.delay_ms': now - first.time,
          },
        },
        contextOf(batch.length === 1 ? first.traceparent : undefined),
      )
      .end(now);
    batch = [];
  }

  view.subscribe(({ traceparent, position, time }) => {
    if (traceparent === undefined) return;
    // Whoever wrote it chose not to record the trace.
    if ((toSpanContext(traceparent).traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (batch.length === 0) startedAt = Date.now();
    batch.push({ traceparent, position, time });
    if (batch.length >= maxLinks) end();
    else ending ??= setImmediate(end);
  });
}

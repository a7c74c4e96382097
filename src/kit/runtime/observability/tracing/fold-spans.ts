import { SpanKind, TraceFlags, type Tracer } from '@opentelemetry/api';
import type { ObservedView } from '../stream-observer.ts';
import { contextOf, streamAttributes, toSpanContext } from './span-context.ts';

type FoldedMessage = { readonly traceparent: string; readonly position: number; readonly time: number };

/** Maximum number of links per span, the default limit of the SDK. A larger batch is split into several spans. */
const maxLinks = 128;

export type FoldTracing = {
  readonly tracer: Tracer;
  readonly stream: string;
  readonly view: ObservedView;
  /** Prefix of the attribute names. */
  readonly prefix: string;
};

/**
 * Records one span for all messages that are applied in one turn of the event loop, with a link to the span that wrote
 * each message. If there is only one message, that span is also the parent.
 */
export function traceFolds({ tracer, stream, view, prefix }: FoldTracing): void {
  let batch: FoldedMessage[] = [];
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
            [`${prefix}.position`]: last.position,
            // Includes any difference between the clocks of the broker and of this machine.
            [`${prefix}.delay_ms`]: now - first.time,
          },
        },
        contextOf(batch.length === 1 ? first.traceparent : undefined),
      )
      .end(now);
    batch = [];
  }

  view.subscribe(({ traceparent, position, time }) => {
    if (traceparent === undefined) return;
    // Traces that the writer did not sample are ignored.
    if ((toSpanContext(traceparent).traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (batch.length === 0) startedAt = Date.now();
    batch.push({ traceparent, position, time });
    if (batch.length >= maxLinks) end();
    else ending ??= setImmediate(end);
  });
}

/** Where something stands in a distributed trace, as one line of text: `traceparent` of W3C Trace Context. */

/** Version, trace id, span id, flags; a later version counts as far as it looks the same. */
export const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Anyone may send anything: what has not the form of a `traceparent` is none. */
export function parseTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && traceparentPattern.test(text) ? text : undefined;
}

/** What all spans of one trace have in common: 32 hexadecimal digits. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** The span of one request, from its beginning to its answer. */
export type RequestSpan<Answer> = {
  /** What is handed on to all that happens because of the request. */
  readonly traceparent: string;
  end(answer: Answer): void;
};

/** Begins the span of a request that came with this `traceparent`. */
export type BeginSpan<Answer> = (parent: string | undefined) => RequestSpan<Answer>;

/** The `traceparent` header of W3C Trace Context. */

/** Version, trace id, span id, flags. A later version is accepted if it has the same format. */
export const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Untrusted input: a malformed `traceparent` is ignored. */
export function parseTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && traceparentPattern.test(text) ? text : undefined;
}

/** Returns the trace id: 32 hexadecimal digits. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** The span of a request, from its start until its response. */
export type RequestSpan<Response> = {
  /** Trace context to propagate to everything that the request causes. */
  readonly traceparent: string;
  end(response: Response): void;
};

/** Starts the span of a request with this `traceparent`. */
export type BeginSpan<Response> = (parent: string | undefined) => RequestSpan<Response>;

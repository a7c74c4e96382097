/** What a load generator sends. */

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
};

export type HttpLoad = {
  readonly url: string;
  /** Sent repeatedly, in this order. */
  readonly requests: readonly HttpRequest[];
  readonly connections: number;
  readonly seconds: number;
};

export function headersOf({ body, headers }: HttpRequest): Readonly<Record<string, string>> {
  return { ...(body && { 'Content-Type': 'application/json' }), ...headers };
}

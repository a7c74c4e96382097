/** The part of AsyncAPI 3.0 that the services use. The NATS API generates the document, and the REST API serves it. */

import type { JsonSchema } from './event-shapes.ts';

export type Reference = { readonly $ref: string };

export type AsyncMessage = {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly contentType: string;
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly payload: unknown }[];
};

export type AsyncChannel = {
  /** Subject. Null for replies: every request has its own reply subject. */
  readonly address: string | null;
  readonly title: string;
  readonly description: string;
  readonly parameters?: Readonly<
    Record<string, { readonly description: string; readonly examples: readonly string[] }>
  >;
  readonly messages: Readonly<Record<string, Reference>>;
  /** Configuration of the stream that stores these messages. AsyncAPI has no JetStream binding. */
  readonly 'x-jetstream'?: object;
};

export type AsyncOperation = {
  /** From the point of view of the service. */
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly title: string;
  readonly summary: string;
  readonly messages: readonly Reference[];
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
  readonly bindings?: { readonly nats: { readonly queue: string; readonly bindingVersion: string } };
};

export type AsyncApiDocument = {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: string;
  readonly servers: Readonly<Record<string, object>>;
  readonly channels: Readonly<Record<string, AsyncChannel>>;
  readonly operations: Readonly<Record<string, AsyncOperation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncMessage>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
};

/** Creates a reference to `path` in the same document. */
export function refer(...path: readonly string[]): Reference {
  return { $ref: `#/${path.map((token) => token.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}` };
}

/** Returns the last token of a reference, which is the name of its target. */
export function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** The part of an AsyncAPI 3.0 document that the services use: one door writes it, another shows it. */

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
  /** The subject; null for that of a reply, which every request brings with it. */
  readonly address: string | null;
  readonly title: string;
  readonly description: string;
  readonly parameters?: Readonly<
    Record<string, { readonly description: string; readonly examples: readonly string[] }>
  >;
  readonly messages: Readonly<Record<string, Reference>>;
  /** The stream that keeps what is published here, as its file defines it; AsyncAPI has no binding for JetStream. */
  readonly 'x-jetstream'?: object;
};

export type AsyncOperation = {
  /** From where the service stands: whether it sends what goes through the channel, or receives it. */
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

/** A reference to what stands at `path` in the same document. */
export function refer(...path: readonly string[]): Reference {
  return { $ref: `#/${path.map((token) => token.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}` };
}

/** The last token of a reference: the name under which the thing stands. */
export function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** Identifiers derived from the name of the product that a service belongs to. */
export type Product = {
  /** Lower-case letters and digits. Part of metric names, the authentication realm and span attributes. */
  readonly name: string;
  /** Used in titles of documents and web pages. */
  readonly title: string;
  /** The key-value bucket with the live configuration of all services of the product. */
  readonly configBucket: string;
  /** The NATS header with the digest of a command, stored with its events. */
  readonly commandDigestHeader: string;
  /** The NATS header that names who sent a command, stored with its events. */
  readonly actorHeader: string;
  /** The NATS header with the version of the service, stored with the events that it appends. */
  readonly versionHeader: string;
};

/** Throws a `TypeError` if the name cannot be part of a metric name. */
export function createProduct(name: string): Product {
  if (!/^[a-z][a-z0-9]*$/.test(name)) {
    throw new TypeError(`product "${name}": expected lower-case letters and digits, starting with a letter`);
  }
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    name,
    title,
    configBucket: `${name}-config`,
    commandDigestHeader: `${title}-Command-Digest`,
    actorHeader: `${title}-Actor`,
    versionHeader: `${title}-Version`,
  };
}

export const defaultProduct = createProduct('portside');

/** Identifies a service in its API documents, metrics and spans. */
export type ServiceIdentity = { readonly name: string; readonly version: string; readonly product: Product };

/** The names that carry the name of the product that a service belongs to. */
export type Product = {
  /** Lower-case letters and digits: part of metric names, the authentication realm and span attributes. */
  readonly name: string;
  /** In titles of documents and pages. */
  readonly title: string;
  /** The key-value bucket with the live configuration of all services of the product. */
  readonly configBucket: string;
  /** The NATS header with the digest of a command, stored with its events. */
  readonly commandDigestHeader: string;
};

/** Throws a `TypeError` for a name that cannot be part of a metric name. */
export function createProduct(name: string): Product {
  if (!/^[a-z][a-z0-9]*$/.test(name)) {
    throw new TypeError(`product "${name}": expected lower-case letters and digits, starting with a letter`);
  }
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return { name, title, configBucket: `${name}-config`, commandDigestHeader: `${title}-Command-Digest` };
}

export const defaultProduct = createProduct('portside');

/** What identifies a service in its documents, metrics and spans. */
export type ServiceIdentity = { readonly name: string; readonly version: string; readonly product: Product };

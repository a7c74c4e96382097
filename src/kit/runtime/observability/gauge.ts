import { Gauge, type Registry } from 'prom-client';

/** A gauge whose value `read` returns at each scrape. Undefined removes the metric until the value is known. */
export function defineGauge(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  read: () => number | undefined,
): Gauge {
  return new Gauge({
    registers: [registry],
    name,
    help,
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}

import { Gauge, type Registry } from 'prom-client';

/** Defines a gauge that calls `read` at each scrape. If the value is undefined, the metric is omitted. */
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

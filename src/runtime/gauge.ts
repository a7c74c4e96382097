/** A gauge that is read when someone asks. */

import { Gauge, type Registry } from 'prom-client';

/** @param read the value with its labels, now; undefined while it is not known: the metric then has no value. */
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

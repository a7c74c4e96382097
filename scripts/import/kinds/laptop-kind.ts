import { z } from 'zod';
import type { TypesOf } from '../../../src/kit/domain/service/service.ts';
import { createDecider, type CallOf } from '../../../src/kit/domain/service/service-decider.ts';
import { Model, Title, type LaptopEvent, laptopEvents } from '#contracts/laptops';
import { laptopService } from '../../../src/laptops/laptop.ts';
import type { Laptop } from '#contracts/laptops';
import { Difference, withCurrentTime, type Kind } from './kind.ts';
import { RowId } from './row-id.ts';

/** Port ids: `"1 3"`, `[1, 3]`, or `[{"id": 1}, {"id": 3}]` as in responses of the laptop service. */
const PortIds = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/\s+/).filter((id) => id !== '') : value),
  z.array(z.union([RowId, z.strictObject({ id: RowId }).transform(({ id }) => id)])).optional(),
);

const LaptopRow = z.strictObject({
  id: RowId,
  title: Title,
  model: Model,
  ports: PortIds,
});

type LaptopRow = z.output<typeof LaptopRow>;
type LaptopCommand = CallOf<TypesOf<typeof laptopService>>;

// Files may be imported in any order, so any port id is accepted. The service does not show unknown ports.
const decider = createDecider(laptopService, { ports: () => ({ name: '' }) });

export const laptopKind: Kind<Laptop | undefined, LaptopCommand, LaptopEvent, LaptopRow> = {
  service: 'laptops',
  noun: 'laptop',
  stream: 'LAPTOPS',
  columns: {
    required: ['id', 'title', 'model'],
    optional: ['ports'],
    synonyms: {
      title: ['company', 'manufacturer', 'brand', 'maker', 'make', 'vendor', 'producer'],
      model: ['product', 'name', 'laptop', 'series', 'description'],
    },
  },
  row: LaptopRow,
  events: laptopEvents,
  decider: withCurrentTime(decider),

  plan({ title, model, ports = [] }, laptop) {
    const fits: LaptopCommand[] = ports.map((portId) => ({ verb: 'fit', input: { portId } }));
    if (laptop === undefined) return [{ verb: 'add', input: { title, model } }, ...fits];
    if (laptop.title.normalize() !== title)
      return new Difference(`its title is ${JSON.stringify(laptop.title)}, not ${JSON.stringify(title)}`);
    if (laptop.model.normalize() !== model)
      return new Difference(`its model is ${JSON.stringify(laptop.model)}, not ${JSON.stringify(model)}`);
    return fits;
  },
};

/** The port service as part of another product. */

import type { Service } from '@portside/kit';
import { portService } from '../../../src/ports/port.ts';

export const acmePortService: Service = {
  ...portService,
  module: import.meta.url,
  version: '1.2.3',
  product: 'acme',
  follows: {},
  relations: {},
};

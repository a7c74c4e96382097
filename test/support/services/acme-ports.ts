/** The port service as part of another product. */

import { portContract } from '#contracts/ports';
import { defineService } from '@portside/kit/runtime';
import { portDecider } from '../../../src/ports/port.ts';
import { portResource } from '../../../src/ports/resource.ts';

export const acmePortService = defineService({
  module: import.meta.url,
  contract: portContract,
  version: '1.2.3',
  product: 'acme',
  defaults: { httpPort: 5001, probePort: 9001 },
  decider: portDecider,
  resource: portResource,
});

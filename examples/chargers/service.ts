import { portContract } from '#contracts/ports';
import { defineService, readVersion } from '@portside/kit/runtime';
import { chargerContract, chargerDecider } from './charger.ts';
import { chargerResource } from './resource.ts';

export const chargerService = defineService({
  module: import.meta.url,
  contract: chargerContract,
  version: readVersion(new URL('../../package.json', import.meta.url)),
  defaults: { httpPort: 5002, probePort: 9002 },
  decider: chargerDecider,
  resource: chargerResource,
  follows: { ports: portContract },
});

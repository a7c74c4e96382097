import { laptopContract } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { defineService, readVersion } from '@portside/kit/runtime';
import { laptopDecider } from './laptop.ts';
import { laptopResource } from './resource.ts';

export const laptopService = defineService({
  module: import.meta.url,
  contract: laptopContract,
  version: readVersion(new URL('../../package.json', import.meta.url)),
  defaults: { httpPort: 5000, probePort: 9000 },
  decider: laptopDecider,
  resource: laptopResource,
  follows: { ports: portContract },
});

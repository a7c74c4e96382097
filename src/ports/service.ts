import { laptopContract } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { defineService, readVersion } from '@portside/kit/runtime';
import { portDecider } from './port.ts';
import { portResource } from './resource.ts';

const noPorts: readonly number[] = [];

export const portService = defineService({
  module: import.meta.url,
  contract: portContract,
  version: readVersion(new URL('../../package.json', import.meta.url)),
  defaults: { httpPort: 5001, probePort: 9001 },
  decider: portDecider,
  resource: portResource,
  follows: { laptops: { ...laptopContract, referencesOf: (laptop) => laptop?.portIds ?? noPorts } },
});

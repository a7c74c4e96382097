/** The charger as a resource of the REST API and the NATS API. */

import type { Resource } from '@portside/kit';
import type { Charger, ChargerCommand, ChargerOthers } from './charger.ts';
import { ChangedCharger, ChargerDocument, NewCharger } from './documents.ts';

export const chargerResource: Resource<
  Charger | undefined,
  ChargerCommand,
  NewCharger,
  ChangedCharger,
  ChargerOthers
> = {
  names: ['chargers'],
  noun: 'charger',
  schema: ChargerDocument,
  present({ id: chargerId, state }, lookups): ChargerDocument | undefined {
    if (state === undefined) return undefined;
    const port = lookups.ports(state.portId);
    return {
      id: chargerId,
      watts: state.watts,
      port: port === undefined ? null : { id: state.portId, name: port.name },
    };
  },
  filters: { watts: (charger) => charger && String(charger.watts) },
  add: {
    verb: 'add',
    body: NewCharger,
    command: ({ watts, portId }) => ({ type: 'AddCharger', watts, portId }),
  },
  change: { verb: 'change', body: ChangedCharger, command: (body) => ({ type: 'ChangeCharger', ...body }) },
  remove: { verb: 'remove', command: () => ({ type: 'RemoveCharger' }) },
};

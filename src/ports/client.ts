/** A client of the port service. */

import { createClient, type Client } from '../client/create-client.ts';
import type { TransportOptions } from '../client/transport.ts';
import { PortDocument, type NewPort, type RenamedPort } from './documents.ts';
import { portEvents, type PortEvent } from './events.ts';

export type PortsClient = Client<PortDocument, NewPort, RenamedPort, PortEvent, 'name'>;

/** @param baseUrl where the service is: `http://localhost:5001`. */
export function portsClient(baseUrl: string | URL, options?: TransportOptions): PortsClient {
  return createClient(baseUrl, { path: 'ports', document: PortDocument, event: portEvents.event }, options);
}

import { portEvents, type PortEvent } from '#contracts/ports';
import { createClient, type Client, type TransportOptions } from '@portside/kit/client';
import { PortDocument, type NewPort, type RenamedPort } from './documents.ts';

export type PortsClient = Client<PortDocument, NewPort, RenamedPort, PortEvent, 'name'>;

/** @param baseUrl base URL of the service: `http://localhost:5001`. */
export function portsClient(baseUrl: string | URL, options?: TransportOptions): PortsClient {
  return createClient(baseUrl, { path: 'ports', document: PortDocument, event: portEvents.event }, options);
}

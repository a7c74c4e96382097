/** A client of the laptop service. */

import { createClient, type Client } from '../client/create-client.ts';
import type { TransportOptions } from '../client/transport.ts';
import { LaptopDocument, type NewLaptop, type RevisedLaptop } from './documents.ts';
import { laptopEvents, type LaptopEvent } from './events.ts';

export type LaptopsClient = Client<LaptopDocument, NewLaptop, RevisedLaptop, LaptopEvent, 'title' | 'model'>;

/** @param baseUrl where the service is: `http://localhost:5000`. */
export function laptopsClient(baseUrl: string | URL, options?: TransportOptions): LaptopsClient {
  return createClient(
    baseUrl,
    { path: 'laptops', document: LaptopDocument, event: laptopEvents.event },
    options,
  );
}

import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { createClient, type Client, type TransportOptions } from '@portside/kit/client';
import { LaptopDocument, type NewLaptop, type RevisedLaptop } from './documents.ts';

export type LaptopsClient = Client<LaptopDocument, NewLaptop, RevisedLaptop, LaptopEvent, 'title' | 'model'>;

/** @param baseUrl base URL of the service: `http://localhost:5000`. */
export function laptopsClient(baseUrl: string | URL, options?: TransportOptions): LaptopsClient {
  return createClient(
    baseUrl,
    { path: 'laptops', document: LaptopDocument, event: laptopEvents.event },
    options,
  );
}

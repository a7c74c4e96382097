/** How a service explains its NATS door: its AsyncAPI document, and the page that shows it. */

import { z } from 'zod';
import type { AsyncApiDocument } from '../../api/asyncapi-document.ts';
import { eventsPageStyle, renderEventsPage } from './events-page.ts';
import { fixedOperation } from './fixed-operation.ts';
import type { Operation } from '../server/operation.ts';

/** @param describe called once, for the first client that asks for the document, and for the page. */
export function eventDocumentOperations(describe: () => AsyncApiDocument): Operation[] {
  return [
    fixedOperation({
      name: 'getAsyncApiDocument',
      path: '/asyncapi.json',
      summary: 'The events, commands and queries over NATS as an AsyncAPI 3.0 document',
      mediaType: 'application/json',
      schema: z.looseObject({ asyncapi: z.string() }).meta({ description: 'AsyncAPI 3.0' }),
      content: () => JSON.stringify(describe()),
    }),
    fixedOperation({
      name: 'getEventsPage',
      path: '/docs/events',
      summary: 'A page that shows the events, commands and queries over NATS to people',
      mediaType: 'text/html',
      content: () => renderEventsPage(describe()),
    }),
    fixedOperation({
      name: 'getEventsStyle',
      path: '/docs/events.css',
      summary: 'The style of that page',
      mediaType: 'text/css',
      cacheControl: 'public, max-age=3600',
      content: () => eventsPageStyle,
    }),
  ];
}

import { z } from 'zod';
import type { AsyncApiDocument } from '../../api/events/asyncapi-document.ts';
import { eventsPageStyle, renderEventsPage } from './events-page.ts';
import { fixedOperation } from './fixed-operation.ts';
import type { Operation } from '../server/operation.ts';

/** Returns the operations that serve the AsyncAPI document of the NATS API and its documentation page. */
export function eventDocumentOperations(document: AsyncApiDocument): Operation[] {
  return [
    fixedOperation({
      name: 'getAsyncApiDocument',
      path: '/asyncapi.json',
      summary: 'The AsyncAPI 3.0 document of the events, commands and queries over NATS',
      mediaType: 'application/json',
      schema: z.looseObject({ asyncapi: z.string() }).meta({ description: 'AsyncAPI 3.0' }),
      content: () => JSON.stringify(document),
    }),
    fixedOperation({
      name: 'getEventsPage',
      path: '/docs/events',
      summary: 'The documentation page of the events, commands and queries over NATS',
      mediaType: 'text/html',
      content: () => renderEventsPage(document),
    }),
    fixedOperation({
      name: 'getEventsStyle',
      path: '/docs/events.css',
      summary: 'The style sheet of the NATS API documentation',
      mediaType: 'text/css',
      cacheControl: 'public, max-age=3600',
      content: () => eventsPageStyle,
    }),
  ];
}

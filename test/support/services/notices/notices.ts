/** A service whose events are older than the rules for texts, up to a time in its environment. */

import { defineEvents, defineService, EntityId, Rejection, text, type Contract } from '@portside/kit';
import { z } from 'zod';

const Title = text(80).meta({ description: 'The title.', example: 'Closed on Monday' });

const NoticePosted = z.object({ type: z.literal('NoticePosted'), title: Title });
const NoticeTornOff = z.object({ type: z.literal('NoticeTornOff') });
type NoticeEvent = z.infer<typeof NoticePosted | typeof NoticeTornOff>;

const noticeContract: Contract<{ readonly title: string } | undefined, NoticeEvent> = {
  name: 'notices',
  noun: 'notice',
  streamFile: new URL('streams/notices.json', import.meta.url),
  events: defineEvents(
    { NoticePosted: { schema: NoticePosted }, NoticeTornOff: { schema: NoticeTornOff } },
    { textsCheckedSince: process.env['TEXTS_CHECKED_SINCE'] ?? '1970-01-01T00:00:00Z' },
  ),
  fold: {
    initial: undefined,
    evolve(notice, event) {
      if (event.type === 'NoticeTornOff') return undefined;
      return notice === undefined ? { title: event.title } : new Rejection('the notice already exists');
    },
  },
};

export const noticeService = defineService({
  module: import.meta.url,
  contract: noticeContract,
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  commands: ({ create, remove }) => ({
    post: create({
      body: z.strictObject({ title: Title }),
      decide: ({ title }) => [{ type: 'NoticePosted', title }],
    }),
    tearOff: remove({ decide: () => [{ type: 'NoticeTornOff' }] }),
  }),
  indexes: { title: ({ title }) => title },
  queries: ({ query }) => ({
    titles: query({
      result: z.array(Title),
      answer: (view) => view.list({ limit: 10 }).map(({ state }) => state.title),
    }),
  }),
  document: z.object({ id: EntityId.meta({ description: 'The id.' }), title: Title }).meta({ id: 'Notice' }),
  present: ({ id, state: { title } }) => ({ id, title }),
});

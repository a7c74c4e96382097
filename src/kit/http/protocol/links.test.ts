import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createContext } from '../../../../test/support/http/context.ts';
import { cutPage, limitOf, linkNext, takePage } from './paging.ts';

const items = [{ id: 3 }, { id: 5 }, { id: 9 }];

const links = suite('the link to the next page');

links('continues after the last item of the page', () => {
  const ctx = createContext('/lamps?limit=2');
  assert.equal(takePage(ctx, 2, items), [{ id: 3 }, { id: 5 }]);
  assert.is(ctx.response.get('Link'), '</lamps?limit=2&after=5>; rel="next"');
});
links('continues after the last of several items', () => {
  const ctx = createContext('/lamps?limit=3');
  takePage(ctx, 3, [{ id: 1 }, ...items]);
  assert.is(ctx.response.get('Link'), '</lamps?limit=3&after=5>; rel="next"');
});
links('is absent on the last page', () => {
  const ctx = createContext('/lamps?limit=3');
  assert.equal(takePage(ctx, 3, items), items);
  assert.not(ctx.response.get('Link'));
});
links('keeps the other parameters and replaces its own', () => {
  const ctx = createContext('/lamps?title=a+b&after=1&limit=9&asOf=7');
  linkNext(ctx, 2, 5);
  assert.is(ctx.response.get('Link'), '</lamps?title=a+b&after=5&limit=2&asOf=7>; rel="next"');
});
links('has the default limit if the request had none', () => {
  const ctx = createContext('/lamps');
  linkNext(ctx, 1000, 5);
  assert.is(ctx.response.get('Link'), '</lamps?limit=1000&after=5>; rel="next"');
});
links('continues at the cursor of a sorted list', () => {
  const ctx = createContext('/lamps?sort=colour&cursor=old');
  linkNext(ctx, 2, { cursor: 'new' });
  assert.is(ctx.response.get('Link'), '</lamps?sort=colour&cursor=new&limit=2>; rel="next"');
});
links.run();

const pages = suite('a page of entities');

pages('has the id of its last entity as the start of the next page', () =>
  assert.equal(cutPage(2, items), { page: items.slice(0, 2), next: 5 }),
);
pages.run();

const limits = suite('the parameter limit');

limits('has a default and a maximum', () => {
  const schema = limitOf(7, 10);
  assert.is(schema.parse(undefined), 7);
  assert.is(schema.parse('10'), 10);
  assert.is(schema.parse('1'), 1);
  for (const text of ['0', '11', '1x', 'x1', '1.5', '-1', '', 7.5, ['5'], [5], null])
    assert.not(schema.safeParse(text).success, String(text));
});
limits('is rejected with a reason', () =>
  assert.match(limitOf(7, 10).safeParse('ten').error?.message ?? '', 'must be a whole number'),
);
limits.run();

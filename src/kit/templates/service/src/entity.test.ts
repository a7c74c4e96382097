import { test } from 'node:test';
import { givenService } from '@portside/kit/testing';
import type { __Noun__Event } from './events.ts';
import { __noun__Service } from './service.ts';

const given = givenService(__noun__Service, {});
const added: __Noun__Event = { type: '__Noun__Added', name: 'North' };
const removed: __Noun__Event = { type: '__Noun__Removed' };

test('adding records the name', () => given().when('add', { name: 'North' }).then(added));
test('adding is rejected if the __noun__ exists', () =>
  given(added).when('add', { name: 'South' }).throws('conflict'));
test('renaming records the new name', () =>
  given(added).when('rename', { name: 'South' }).then({ type: '__Noun__Renamed', name: 'South' }));
test('renaming to the same name records nothing', () =>
  given(added).when('rename', { name: 'North' }).then());
test('removing records the removal, and nothing if it is repeated', () => {
  given(added).when('remove').then(removed);
  given(added, removed).when('remove').then();
});
test('an event that does not follow from the state is rejected', () => {
  given(added).rejects(added, /already exists/);
  given().rejects(removed, /does not exist/);
});

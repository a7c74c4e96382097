import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from './problem.ts';

const problem = suite('a problem');

problem('is an error with a code and the detail as its message', () => {
  const { name, code, message } = new Problem('conflict', 'The id is in use.');
  assert.equal({ name, code, message }, { name: 'Problem', code: 'conflict', message: 'The id is in use.' });
});
problem('has no locations by default', () => assert.equal(new Problem('invalid', 'Wrong.').locations, []));
problem('has the given locations and cause', () => {
  const locations = [{ pointer: '/title', detail: 'Too long' }];
  const cause = new Error('cause');
  const { locations: found, cause: foundCause } = new Problem('invalid', 'Wrong.', { cause, locations });
  assert.equal(found, locations);
  assert.is(foundCause, cause);
});
problem.run();

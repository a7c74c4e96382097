/** Following an event stream, without the schemas of the client. Timeouts and headers are tested with the client. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { followEventStream, type Place } from './event-stream.js';

/** A body that the service sends and ends, or an error instead of the response. */
type Connection = string | Error;

/** Follows until the connections are used up. */
async function follow(connections: readonly Connection[], onFailure: (error: unknown) => number | undefined) {
  const controller = new AbortController();
  const place: Place = { lastEventId: '3', seen: undefined };
  const log: unknown[] = [];
  let opened = 0;
  const messages = followEventStream({
    place,
    signal: controller.signal,
    onFailure,
    onConnection: (isConnected) => log.push(isConnected),
    open(headers) {
      const connection = connections[opened];
      opened += 1;
      if (opened === connections.length) controller.abort();
      log.push(headers['Last-Event-ID']);
      if (connection instanceof Error) return Promise.reject(connection);
      return Promise.resolve(new Blob([connection ?? '']).stream());
    },
  });
  let error: unknown;
  try {
    for await (const { event, data } of messages) log.push(`${event} ${data}`);
  } catch (reason) {
    error = reason;
  }
  return { log, place, error };
}

const test = suite('an event stream');

test('reports when it is connected, and continues after the last id', async () => {
  const body = 'retry: 0\n\nid: 4\ndata: a\n\nevent: reset\nid: 7\ndata: b\n\n';
  const { log, place } = await follow([body, 'id: 9\n\n'], () => 0);
  assert.equal(log, ['3', true, 'message a', 'reset b', false, '7', true]);
  assert.is(place.lastEventId, '9');
});
test('is opened again after an error', async () => {
  const errors: unknown[] = [];
  const refused = new Error('refused');
  const { log } = await follow([refused, ''], (error) => {
    errors.push(error);
    return 0;
  });
  assert.equal(log, ['3', false, '3', true]);
  assert.equal(errors, [refused]);
});
test('ends with the error that `onFailure` throws', async () => {
  const refused = new Error('refused');
  const { log, error } = await follow([refused, ''], (cause) => {
    throw cause;
  });
  assert.equal(log, ['3']);
  assert.is(error, refused);
});
test('is opened again without a signal, until `onFailure` throws', async () => {
  const errors = [new Error('refused'), new Error('refused again')];
  const caught: unknown[] = [];
  const messages = followEventStream({
    place: { lastEventId: undefined, seen: undefined },
    open: () => Promise.reject(errors[caught.length]),
    onFailure(error) {
      caught.push(error);
      if (caught.length === errors.length) throw error;
      return 0;
    },
  });
  const thrown: unknown = await messages.next().catch((reason: unknown) => reason);
  assert.is(thrown, errors[1]);
  assert.equal(caught, errors);
});
test.run();

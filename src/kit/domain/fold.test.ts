import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection, type Decider, type Fold } from './decider.ts';
import type { StoredMessage } from './stored-message.ts';
import { foldHistory, foldMessage } from './fold.ts';

type Toggled = { readonly type: 'On' | 'Off' };

const switchDecider: Decider<boolean, never, Toggled> = {
  initial: false,
  decide: () => [],
  evolve: (isOn, { type }) => (isOn === (type === 'On') ? new Rejection(`already ${type}`) : !isOn),
};

function message(position: number, content: Toggled | Rejection): StoredMessage<Toggled> {
  return {
    position,
    time: position * 1000,
    nanoseconds: 0,
    id: 1,
    subject: 'switches.events.1',
    messageId: undefined,
    commandDigest: undefined,
    content,
  };
}

const on: Toggled = { type: 'On' };
const off: Toggled = { type: 'Off' };
const notJson = new Rejection('not JSON');
const history = [message(1, on), message(4, on), message(5, notJson), message(9, off)];

const test = suite('foldMessage');

test('returns the next state for a valid event', () =>
  assert.is(foldMessage(switchDecider, false, message(1, on)), true));
test('returns the rejection of `evolve` for an event that contradicts the state', () =>
  assert.equal(foldMessage(switchDecider, true, message(1, on)), new Rejection('already On')));
test('returns the rejection of the decoder for a message that is not an event', () =>
  assert.is(foldMessage(switchDecider, true, message(1, notJson)), notJson));
test('rejects the message if `evolve` throws, with a reason that does not depend on the error', () => {
  const broken: typeof switchDecider = {
    ...switchDecider,
    evolve() {
      throw new SyntaxError('a text that differs between versions of Node.js');
    },
  };
  const rejection = foldMessage(broken, false, message(1, on));
  assert.instance(rejection, Rejection);
  assert.is(rejection instanceof Rejection && rejection.reason, 'evolve threw an error on On');
  assert.instance(rejection instanceof Rejection && rejection.cause, SyntaxError);
});
test('returns a frozen state, so that every reader rejects an event of an `evolve` that modifies it', () => {
  type Notes = { readonly notes: string[] };
  const notes: Fold<Notes | undefined, Toggled> = {
    initial: undefined,
    evolve(state = { notes: [] }, { type }) {
      if (type === 'On') state.notes.push(type);
      return { ...state };
    },
  };
  const first = foldMessage(notes, undefined, message(1, on));
  assert.equal(first, { notes: ['On'] });
  assert.ok(first !== undefined && !(first instanceof Rejection) && Object.isFrozen(first.notes));
  assert.instance(foldMessage(notes, first, message(2, on)), Rejection);
  assert.equal(foldMessage(notes, first, message(3, off)), { notes: ['On'] });
});
test('returns the initial state itself, although it has an undefined property', () => {
  const initial = { isOn: false, at: undefined };
  const fold: Fold<{ isOn: boolean; at?: number | undefined }, Toggled> = {
    initial,
    evolve: (state, { type }) => (type === 'On' ? { ...state, isOn: true } : initial),
  };
  assert.equal(Object.keys(foldMessage(fold, initial, message(1, on))), ['isOn']);
  assert.is(foldMessage(fold, { isOn: true }, message(2, off)), initial);
});
test.run();

const folding = suite('foldHistory');

folding('returns the initial state for an empty history', () =>
  assert.is(foldHistory(switchDecider, []), false),
);
folding('skips rejected messages', () => {
  assert.is(foldHistory(switchDecider, history.slice(0, 3)), true);
  assert.is(foldHistory(switchDecider, history), false);
});
folding.run();

/** The contract of the service: its stream, its events, and the only fold of its entity. Other services may follow it. */

import { Rejection, type Contract } from '@portside/kit';
import { __noun__Events, type __Noun__Event } from './events.ts';

/** The state of an existing __noun__. The state is undefined before it is added and after it is removed. */
export type __Noun__ = { readonly name: string };

export const __noun__Contract: Contract<__Noun__ | undefined, __Noun__Event> = {
  name: '__name__',
  noun: '__noun__',
  streamFile: new URL('../streams/__name__.json', import.meta.url),
  events: __noun__Events,
  fold: {
    initial: undefined,

    evolve(state, event) {
      if (event.type === '__Noun__Added') {
        if (state !== undefined) return new Rejection('the __noun__ already exists');
        return { name: event.name };
      }
      if (state === undefined) return new Rejection('the __noun__ does not exist');
      switch (event.type) {
        case '__Noun__Renamed':
          return { ...state, name: event.name };
        case '__Noun__Removed':
          return undefined;
      }
    },
  },
};

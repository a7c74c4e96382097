/** The selected row, the open message, and the address that leads to them. */

import { toLogHash } from './address.js';
import { createMessageReader } from './open-message.js';

/**
 * @param {object} context
 * @param {import('../state.js').Store} context.store
 * @param {import('../api.js').Request} context.request
 * @param {string} context.path of the collection
 * @param {import('../address-writer.js').AddressWriter} context.writer
 */
export function createSelection({ store, request, path, writer }) {
  const messages = createMessageReader(store, request, path);

  /** @param {Partial<import('./log-state.js').EventLog>} change */
  const update = (change) => store.update(({ eventLog }) => ({ eventLog: { ...eventLog, ...change } }));

  /** Replaces the address without a new entry in the history. @param {Partial<import('./address.js').LogAddress>} change */
  function setAddress(change) {
    const address = { ...store.state.eventLog.address, ...change };
    update({ address });
    if (store.state.route.view === 'log') writer.write(toLogHash(address), { isEntry: false });
  }

  /** @param {number} position */
  function open(position) {
    update({ selected: position, panel: undefined });
    messages.show(position);
    setAddress({ at: String(position), isOpen: true });
  }

  return {
    open,
    /** Also while it is not rendered yet. */
    get selected() {
      return store.state.eventLog.selected;
    },
    /** Also changes the open message. @param {number} position */
    select(position) {
      if (store.state.eventLog.message === undefined) update({ selected: position });
      else open(position);
    },
    close() {
      messages.show(undefined);
      if (store.state.eventLog.address.isOpen) setAddress({ isOpen: false });
    },
    /** Forgets the position. */
    leave() {
      messages.show(undefined);
      if (store.state.eventLog.address.at !== '') setAddress({ at: '', isOpen: false });
    },
    /** Goes to a message and opens it. @param {number} position */
    go(position) {
      const { address } = store.state.eventLog;
      location.hash = toLogHash({ ...address, at: String(position), isOpen: true });
    },
    /** Goes to a position or a time. @param {string} at */
    jump(at) {
      const { address } = store.state.eventLog;
      messages.show(undefined);
      location.hash = toLogHash({ ...address, at, isOpen: false });
    },
    /** @param {Partial<import('./address.js').LogFilter>} change */
    filter(change) {
      const { address } = store.state.eventLog;
      location.hash = toLogHash({ at: '', isOpen: false, filter: { ...address.filter, ...change } });
    },
  };
}

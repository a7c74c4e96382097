/** Writes the address of what is shown, without loading it. */

/** Minimum interval between two changes of the address, in ms. Browsers limit their number. */
const intervalMs = 300;
/** Changes that follow each other in less time, in ms, are one entry of the browser's history: dragging, playing, a held key. */
const sameEntryMs = 1_500;

/** @typedef {ReturnType<typeof createAddressWriter>} AddressWriter */

export function createAddressWriter() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {{ address: string, isEntry: boolean } | undefined} */
  let next;
  let enteredAt = -Infinity;
  /** The address that the state reflects. */
  let known = location.hash;

  function writeNext() {
    timer = undefined;
    if (next === undefined) return;
    const { address, isEntry } = next;
    next = undefined;
    // If another page has been opened, the state does not reflect it yet.
    if (address === known || location.hash !== known) return;
    const now = performance.now();
    if (isEntry && now - enteredAt >= sameEntryMs) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    if (isEntry) enteredAt = now;
    known = location.hash;
    timer = setTimeout(writeNext, intervalMs);
  }

  return {
    /**
     * Writes the address at once, or after the interval, and then only the last one.
     *
     * @param {string} address starts with `#`
     * @param {{ isEntry: boolean }} options whether it can be a new entry of the browser's history
     */
    write(address, { isEntry }) {
      next = { address, isEntry };
      if (timer === undefined) writeNext();
    },

    /** Call after the address was read: what is still to be written is about the previous page. */
    onRead() {
      clearTimeout(timer);
      timer = undefined;
      next = undefined;
      known = location.hash;
    },
  };
}

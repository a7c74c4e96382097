/** Shows and closes a modal dialog. */

import { useEffect, useRef } from '../vendor/preact.js';

/**
 * Returns the properties of the dialog element. The `close` event arrives after the element was closed: by then, the user may have
 * opened another dialog, which must stay open.
 *
 * @param {unknown} shown what the dialog shows; undefined or false: nothing
 * @param {() => void} onClose called when the user has closed the dialog, for example with Escape
 */
export function useModal(shown, onClose) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const isClosing = useRef(false);
  const isShown = shown !== undefined && shown !== false;
  useEffect(() => {
    const { current } = element;
    if (current === null || current.open === isShown) return;
    if (isShown) current.showModal();
    else {
      isClosing.current = true;
      current.close();
    }
  }, [shown]);
  return {
    ref: element,
    onClose() {
      if (!isClosing.current) onClose();
      isClosing.current = false;
    },
  };
}

/** Runs the import, and shows its progress and its result. */

import { ImportResult } from './import-result.js';
import { toCount } from '../../parts/text.js';
import { html, useEffect, useRef, useState } from '../../vendor/preact.js';

/** @typedef {import('../send/run-import.js').Progress} Progress */

/**
 * @param {import('../../shell/app.js').ViewProps & { file: File, order: import('./import-dialog.js').Order, onAnother: () => void }} props
 */
export function ImportProgress({ session, update, contract, file, order: { plan, rows }, onAnother }) {
  const [progress, setProgress] = useState(/** @type {Progress | undefined} */ (undefined));
  const [isStopping, setStopping] = useState(false);
  const controller = useRef(/** @type {AbortController | null} */ (null));
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  const isRunning = progress?.isDone !== true;

  useEffect(() => {
    controller.current = new AbortController();
    void session.runImport(plan, controller.current.signal, setProgress);
    return () => controller.current?.abort();
  }, []);
  usePageHeld(isRunning, element);
  useEffect(() => {
    // The button that had the focus is gone.
    const button = element.current?.querySelector('button');
    if (button instanceof HTMLElement) button.focus();
  }, [isRunning]);

  const stop = () => {
    setStopping(true);
    controller.current?.abort();
  };
  if (progress?.isDone) {
    return html`<div class="import form" ref=${element}>
      <${ImportResult}
        progress=${progress}
        rows=${rows}
        file=${file}
        contract=${contract}
        onAnother=${onAnother}
        onClose=${() => update({ dialog: undefined })}
      />
    </div>`;
  }
  const done = countDone(progress);
  return html`<div class="import form" ref=${element}>
    <label class="import-progress">
      Importing ${file.name}
      <progress value=${done} max=${rows} />
    </label>
    <p role="status">
      ${isStopping ? 'Stopping after the rows that were sent …' : `${done.toLocaleString('en')} of ${toCount(rows, 'row')}`}
    </p>
    ${
      progress?.waiting !== undefined &&
      html`<p class="notice warn" role="alert">${progress.waiting} Retrying automatically.</p>`
    }
    <div class="buttons">
      <button type="button" disabled=${isStopping} onClick=${stop}>Cancel</button>
    </div>
  </div>`;
}

/** @param {Progress | undefined} progress */
function countDone(progress) {
  return progress === undefined ? 0 : progress.added + progress.alreadyThere + progress.rejected.length;
}

/**
 * While the import runs, the Escape key does not close the dialog, and the browser asks before it leaves the page.
 *
 * @param {boolean} isRunning @param {{ current: HTMLElement | null }} element
 */
function usePageHeld(isRunning, element) {
  useEffect(() => {
    if (!isRunning) return undefined;
    const dialog = element.current?.closest('dialog');
    const hold = (/** @type {Event} */ event) => event.preventDefault();
    dialog?.addEventListener('cancel', hold);
    addEventListener('beforeunload', hold);
    return () => {
      dialog?.removeEventListener('cancel', hold);
      removeEventListener('beforeunload', hold);
    };
  }, [isRunning]);
}

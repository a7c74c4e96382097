/** Command palette: goes to a page, an entity, a position, a time or another service, and opens the form of a command. */

import { findEntries } from './entries.js';
import { Icon } from '../parts/icon.js';
import { useModal } from '../parts/modal.js';
import { html, useEffect, useState } from '../vendor/preact.js';

/** @param {import('../shell/app.js').ViewProps} props */
export function Palette(props) {
  const { state, update } = props;
  const { isPaletteOpen } = state;
  useEffect(() => {
    const toggle = (/** @type {KeyboardEvent} */ event) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      // Not above the dialog of a command. After Escape, the state contains the dialog until its `close` event.
      if (document.querySelector('dialog[open]:not(.palette)') !== null) return;
      update((current) => ({ isPaletteOpen: !current.isPaletteOpen }));
    };
    addEventListener('keydown', toggle);
    return () => removeEventListener('keydown', toggle);
  }, []);
  const close = () => update({ isPaletteOpen: false });
  const modal = useModal(isPaletteOpen, close);
  return html`<dialog class="palette" ...${modal} aria-label="Go to or run" onClick=${closeOutside}>
    ${isPaletteOpen && html`<${Search} ...${props} close=${close} />`}
  </dialog>`;
}

/** @param {import('../shell/app.js').ViewProps & { close: () => void }} props */
function Search({ close, ...props }) {
  const [text, setText] = useState('');
  const [selected, setSelected] = useState(0);
  const entries = findEntries(text, props);
  const current = Math.min(selected, entries.length - 1);

  const run = (/** @type {import('./entries.js').Entry | undefined} */ entry) => {
    if (entry === undefined) return;
    close();
    if (entry.href !== undefined) location.assign(entry.href);
    entry.run?.(props);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (step === undefined) run(entries[current]);
    else setSelected((current + step + entries.length) % Math.max(1, entries.length));
  };
  return html`
    <div class="search">
      <${Icon} name="search" />
      <input
        autofocus
        role="combobox"
        aria-label="Go to or run"
        aria-expanded="true"
        aria-controls="palette-entries"
        aria-activedescendant=${entries.length > 0 ? `entry-${current}` : undefined}
        placeholder="Go to a page, an id, a position or a time, or run a command"
        value=${text}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => {
          setText(currentTarget.value);
          setSelected(0);
        }}
        onKeyDown=${onKey}
      />
    </div>
    <ul id="palette-entries" role="listbox" aria-label="Results">
      ${entries.map(
        (entry, index) =>
          html`<li
            id=${`entry-${index}`}
            role="option"
            aria-selected=${index === current}
            onMouseMove=${() => setSelected(index)}
            onClick=${() => run(entry)}
          >
            <${Icon} name=${entry.icon} /><span class="name">${entry.name}</span
            ><span class="hint">${entry.hint}</span>
          </li>`,
      )}
    </ul>
    ${entries.length === 0 && html`<p class="dim">Nothing matches.</p>`}
  `;
}

/** Closes the dialog if its backdrop is clicked. @param {{ target: EventTarget | null, currentTarget: HTMLDialogElement }} event */
function closeOutside({ target, currentTarget }) {
  if (target === currentTarget) currentTarget.close();
}

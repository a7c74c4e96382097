/** Copies a command to the clipboard. If the browser denies access to the clipboard, the command is displayed instead. */

import { Icon } from './icon.js';
import { html, useState } from '../vendor/preact.js';

/** Time for which the confirmation is displayed, in ms. */
const confirmationMs = 1_500;

/** @param {{ label: string, text: string, shown?: string }} props `label`: `Copy as curl`, of which the last words are displayed by default */
export function CopyButton({ label, text, shown = label.replace(/^Copy(?: as)? ?/, '') }) {
  const [status, setStatus] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setStatus('Copied');
    } catch {
      setStatus(text);
      return;
    }
    setTimeout(() => setStatus(''), confirmationMs);
  };
  const isCopied = status === 'Copied';
  return html`<span class="copy">
    <button
      type="button"
      class=${`quiet small ${shown === '' ? 'square' : ''}`}
      aria-label=${label}
      title=${text}
      onClick=${copy}
    >
      <${Icon} name=${isCopied ? 'check' : 'copy'} class=${isCopied ? 'done' : ''} />${shown}
    </button>
    <span role="status"
      >${isCopied ? html`<span class="label-hidden">Copied</span>` : status !== '' && html`<code>${status}</code>`}</span
    >
  </span>`;
}

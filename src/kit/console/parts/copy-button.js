/** Copies a command to the clipboard. If the browser denies access to the clipboard, the command is displayed instead. */

import { html, useState } from '../vendor/preact.js';

/** Time for which the confirmation is displayed, in ms. */
const confirmationMs = 1_500;

/** @param {{ label: string, text: string }} props */
export function CopyButton({ label, text }) {
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
  return html`<span class="copy">
    <button type="button" class="quiet" title=${text} onClick=${copy}>${label}</button>
    <span role="status">${status === 'Copied' ? status : status !== '' && html`<code>${status}</code>`}</span>
  </span>`;
}

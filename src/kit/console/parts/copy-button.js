/** Copies a command, and says so; where the browser does not let a page copy, it shows the command instead. */

import { html, useState } from '../vendor/preact.js';

/** Milliseconds for which the button says what it did. */
const saidMs = 1_500;

/** @param {{ label: string, text: string }} props */
export function CopyButton({ label, text }) {
  const [said, say] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch {
      say(text);
      return;
    }
    setTimeout(() => say(''), saidMs);
  };
  return html`<span class="copy">
    <button type="button" class="quiet" title=${text} onClick=${copy}>${label}</button>
    <span role="status">${said === 'Copied' ? said : said !== '' && html`<code>${said}</code>`}</span>
  </span>`;
}

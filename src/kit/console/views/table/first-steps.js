/** What is shown while there are no entities: the sample data, and the ways to add the first one. */

import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { Icon } from '../../parts/icon.js';
import { brokerOf, toCurl, toNatsCommand, toNatsEvent } from '../../parts/commands.js';
import { html, useState } from '../../vendor/preact.js';

/** @param {Pick<import('../../shell/app.js').ViewProps, 'state' | 'session' | 'contract'>} props */
export function FirstSteps({ state: { status }, session, contract }) {
  const { name, path, noun, plural, example, samples } = contract;
  const server = brokerOf(status);
  const ways =
    example === undefined
      ? []
      : [
          {
            title: 'REST',
            hint: `a request to this service, which adds a ${noun}`,
            text: toCurl(path, { method: 'POST', body: example.body }),
          },
          {
            title: 'NATS request',
            hint: 'the same command over NATS, with a reply',
            text: toNatsCommand(name, example.verb, { ...example.body }, server),
          },
          {
            title: 'Event',
            hint: 'published to the stream, as by any other program',
            text: toNatsEvent(name, example.id, example.event, server),
          },
        ];
  return html`<div class="first">
    <${Empty} text=${`There are no ${plural} yet.`}>
      <p>They appear here as soon as their events arrive, from this page or any other client.</p>
      ${samples !== undefined && html`<${SampleButton} plural=${plural} onAdd=${session.addSamples} />`}
    </${Empty}>
    ${
      ways.length > 0 &&
      html`<section class="ways" aria-label=${`Ways to add a ${noun}`}>
        ${ways.map(
          ({ title, hint, text }) =>
            html`<div class="card">
              <header>
                <h2>${title}</h2>
                <div class="end"><${CopyButton} label=${`Copy ${title}`} shown="copy" text=${text} /></div>
              </header>
              <p class="dim">${hint}</p>
              <pre tabindex="0">${text}</pre>
            </div>`,
        )}
      </section>`
    }
  </div>`;
}

/** @param {{ plural: string, onAdd: () => Promise<void> }} props */
function SampleButton({ plural, onAdd }) {
  const [isAdding, setAdding] = useState(false);
  const add = async () => {
    setAdding(true);
    await onAdd();
    setAdding(false);
  };
  return html`<button type="button" class="primary" disabled=${isAdding} onClick=${add}>
    <${Icon} name=${isAdding ? 'loader-circle' : 'plus'} class=${isAdding ? 'spin' : ''} />Add the sample
    ${' '}${plural}
  </button>`;
}

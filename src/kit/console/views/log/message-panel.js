/** The selected message, with everything that the stream holds of it. */

import { toCurl, toNatsMessage } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { differenceOf } from '../../parts/difference.js';
import { Differences } from '../../parts/differences.js';
import { EventType } from '../../parts/event-type.js';
import { Icon } from '../../parts/icon.js';
import { Json } from '../../parts/json.js';
import { toLocalTime } from '../../parts/text.js';
import { Trace } from '../../parts/trace.js';
import { html } from '../../vendor/preact.js';

/**
 * @typedef {{ state: import('../../store/state.js').State, log: import('../../store/session.js').Session['log'],
 *   contract: import('../../contract/contract.js').Contract }} Props
 *
 * @param {Props & { message: import('../../store/log/open-message.js').OpenMessage }} props
 */
export function MessagePanel({ state, log, contract, message }) {
  const { position, document: found, problem } = message;
  const step = (/** @type {number} */ rows) => {
    const next = log.rows.at(log.rows.indexOf(position) + rows);
    if (next !== undefined) log.selection.open(next.position);
  };
  return html`<aside
    class="side"
    aria-label=${`Message ${position}`}
    onKeyDown=${(/** @type {KeyboardEvent} */ { key }) => key === 'Escape' && log.selection.close()}
  >
    <header>
      <h2>Message ${position}</h2>
      <span class="end">
        <button type="button" class="quiet square" aria-label="Newer message" onClick=${() => step(-1)}>
          <${Icon} name="arrow-up" />
        </button>
        <button type="button" class="quiet square" aria-label="Older message" onClick=${() => step(1)}>
          <${Icon} name="arrow-down" />
        </button>
        <button type="button" class="quiet square" aria-label="Close" onClick=${log.selection.close}>
          <${Icon} name="x" />
        </button>
      </span>
    </header>
    <div class="content" tabindex="-1">
      ${problem !== undefined && html`<p class="error" role="alert">${problem}</p>`}
      ${found === undefined ? problem === undefined && html`<p class="dim">Loading …</p>` : html`<${Content} state=${state} contract=${contract} message=${message} found=${found} />`}
    </div>
  </aside>`;
}

/**
 * @param {Pick<Props, 'state' | 'contract'> & { message: import('../../store/log/open-message.js').OpenMessage,
 *   found: import('../../store/log/open-message.js').LoggedMessage }} props
 */
function Content({ state: { status }, contract, message, found }) {
  const { event, rejected, accepted, payload, encoding } = found;
  const { position, isCompared, before, after } = message;
  const headers = Object.entries(found.headers).flatMap(([name, values]) =>
    values.map((value) => [name, value]),
  );
  return html`
    <p class="title">
      <${EventType} type=${event?.type ?? 'not an event'} contract=${contract} />
      ${found.id !== undefined && html`<a href=${`#/entity/${found.id}`}>${contract.noun} ${found.id}</a>`}
    </p>
    ${rejected !== undefined && html`<${Rejection} reason=${rejected} accepted=${accepted} />`}
    ${
      found.id !== undefined &&
      rejected === undefined &&
      html`<h3>Changes</h3>
        <${Differences}
          differences=${isCompared ? differenceOf(before, after) : undefined}
          contract=${contract}
        />`
    }
    <h3>Payload${encoding === 'base64' && ', base64'}</h3>
    <${Payload} text=${payload} />
    <dl class="facts">
      <dt>Time</dt>
      <dd>
        <time datetime=${found.time}>${toLocalTime(found.time)}</time><span class="dim"> ${found.time}</span>
      </dd>
      <dt>Subject</dt>
      <dd><code>${found.subject}</code></dd>
      ${
        found.actor !== undefined &&
        html`<dt>Actor</dt>
          <dd><code>${found.actor}</code></dd>`
      }
      ${
        found.messageId !== undefined &&
        html`<dt>Message id</dt>
          <dd><code>${found.messageId}</code></dd>`
      }
    </dl>
    <p class="ids"><${Trace} traceparent=${found.traceparent} traceUrl=${status?.traceUrl} /></p>
    <h3>Headers</h3>
    ${headers.length === 0 && html`<p class="dim">none</p>`}
    <dl class="facts">
      ${headers.map(
        ([name, value]) =>
          html`<dt><code>${name}</code></dt>
            <dd><code>${value}</code></dd>`,
      )}
    </dl>
    <p class="copies">
      <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/log/${position}`)} />
      <${CopyButton} label="Copy payload" text=${payload} />
      <${CopyButton} label="Copy link" text=${new URL(`#/log?at=${position}&open`, location.href).href} />
      ${status !== undefined && html`<${CopyButton} label="Copy as nats" text=${toNatsMessage(status.stream, position)} />`}
    </p>
  `;
}

/** @param {{ reason: string, accepted: string | undefined }} props */
function Rejection({ reason, accepted }) {
  return html`<div class="rejection">
    <p>
      <${Icon} name="triangle-alert" /><span><strong>Rejected:</strong> ${reason}</span>
    </p>
    ${
      accepted !== undefined &&
      html`<p>
        <${Icon} name="circle-check" /><span><strong>Would have been accepted:</strong> ${accepted}</span>
      </p>`
    }
  </div>`;
}

/** @param {{ text: string }} props */
function Payload({ text }) {
  try {
    return html`<${Json} value=${JSON.parse(text)} />`;
  } catch {
    return html`<pre tabindex="0">${text === '' ? html`<span class="dim">empty</span>` : text}</pre>`;
  }
}

/** The queries of the service: a form with the parameters of one, and its result. */

import { toLabel } from '../contract/labels.js';
import { pathOf } from '../store/queries.js';
import { toNatsQuery } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { EntityForm } from '../parts/entity-form.js';
import { html, useState } from '../vendor/preact.js';
import { toText } from '../parts/text.js';

/** @param {import('./app.js').ViewProps} props */
export function QueriesView({ session, contract }) {
  const { queries } = contract;
  const [name, setName] = useState(queries[0]?.name);
  const query = queries.find((candidate) => candidate.name === name);
  return html`<section class="view" aria-labelledby="title">
    <div class="bar">
      <h2 id="title">Queries</h2>
      <label>
        Query
        <select
          value=${name}
          onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) =>
            setName(currentTarget.value)}
        >
          ${queries.map((each) => html`<option value=${each.name}>${toLabel(each.name)}</option>`)}
        </select>
      </label>
    </div>
    ${query === undefined ? html`<p class="empty">There are no queries.</p>` : html`<${Query} key=${name} query=${query} session=${session} name=${contract.name} />`}
  </section>`;
}

/** @param {{ query: import('../contract/contract.js').Query, session: import('../store/session.js').Session, name: string }} props */
function Query({ query, session, name }) {
  const [answer, setAnswer] = useState(
    /** @type {{ params: object, result: unknown } | undefined} */ (undefined),
  );
  const send = async (/** @type {object} */ params) => {
    const { problem, body } = await session.ask(query, params);
    setAnswer(problem === undefined ? { params, result: body } : undefined);
    return problem;
  };
  return html`
    <p>${query.summary}.</p>
    <${EntityForm}
      fields=${query.params}
      initial=${{}}
      action="Run"
      toRequest=${(/** @type {object} */ params) => ({ method: 'GET', path: pathOf(query, params) })}
      onSend=${send}
    />
    ${
      answer !== undefined &&
      html`<section aria-labelledby="result" aria-live="polite">
        <div class="bar">
          <h3 id="result">Result</h3>
          <${CopyButton} label="Copy as nats" text=${toNatsQuery(name, query.name, answer.params)} />
        </div>
        <${Result} value=${answer.result} />
      </section>`
    }
  `;
}

/** A table for a list of objects, otherwise JSON. @param {{ value: unknown }} props */
function Result({ value }) {
  if (!Array.isArray(value) || !value.every((row) => Object(row) === row && !Array.isArray(row))) {
    return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
  }
  if (value.length === 0) return html`<p class="empty">The result is empty.</p>`;
  const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
  return html`<table class="result">
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${toLabel(column)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${value.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => html`<td>${toText(row[column])}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

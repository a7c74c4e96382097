/** The queries of the service: a form with the parameters of one, and its result. */

import { toLabel } from '../contract/labels.js';
import { pathOf } from '../store/queries.js';
import { toNatsQuery } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { EntityForm } from '../forms/entity-form.js';
import { html, useState } from '../vendor/preact.js';
import { Empty } from '../parts/empty.js';
import { Json } from '../parts/json.js';
import { Value } from '../parts/value.js';

/** @param {import('../shell/app.js').ViewProps} props */
export function QueriesView({ session, contract }) {
  const { queries } = contract;
  const [name, setName] = useState(queries[0]?.name);
  const query = queries.find((candidate) => candidate.name === name);
  return html`<section class="view" aria-labelledby="title">
    <div class="toolbar">
      <label class="inline">
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
    ${
      query === undefined
        ? html`<${Empty} icon="search-code" text="There are no queries." />`
        : html`<${Query} key=${name} query=${query} session=${session} name=${contract.name} />`
    }
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
  return html`<div class="panels query">
    <div class="card">
      <header><h2>${toLabel(query.name)}</h2></header>
      <div class="body">
        <p class="dim">${query.summary}.</p>
        <${EntityForm}
          fields=${query.params}
          initial=${{}}
          action="Run"
          toRequest=${(/** @type {object} */ params) => ({ method: 'GET', path: pathOf(query, params) })}
          onSend=${send}
        />
      </div>
    </div>
    <section class="card" aria-labelledby="result" aria-live="polite">
      <header>
        <h2 id="result">Result</h2>
        ${
          answer !== undefined &&
          html`<span class="end"
            ><${CopyButton} label="Copy as nats" text=${toNatsQuery(name, query.name, answer.params)}
          /></span>`
        }
      </header>
      ${
        answer === undefined
          ? html`<${Empty} icon="search-code" text="Not run yet" />`
          : html`<${Result} value=${answer.result} />`
      }
    </section>
  </div>`;
}

/** A table for a list of objects, otherwise JSON. @param {{ value: unknown }} props */
function Result({ value }) {
  if (!Array.isArray(value) || !value.every((row) => Object(row) === row && !Array.isArray(row))) {
    return html`<${Json} value=${value} />`;
  }
  if (value.length === 0) return html`<${Empty} text="The result is empty." />`;
  const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
  return html`<table class="table">
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${toLabel(column)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${value.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => html`<td><${Value} value=${row[column]} /></td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The findings of the doctor, the problems first, each with what to do. */

import { Icon } from '../../parts/icon.js';
import { toCount, toLocalTime } from '../../parts/text.js';
import { html, useEffect, useState } from '../../vendor/preact.js';

/**
 * @typedef {import('../../../api/responses/examination.ts').Examination} Examination
 * @typedef {Examination['findings'][number]} Finding
 */

const verdicts = /** @type {const} */ ({
  failure: { icon: 'circle-alert', class: 'verdict danger', text: 'failure' },
  warning: { icon: 'triangle-alert', class: 'verdict warn', text: 'warning' },
  ok: { icon: 'circle-check', class: 'verdict ok', text: 'ok' },
});

/** Pages with more about what a check examined, by the first word of its name. @type {Readonly<Record<string, { href: string, text: string }>>} */
const pages = {
  rejections: { href: '#/log?rejected=true', text: 'Show the rejected messages' },
  replicas: { href: '#/system', text: 'Show the replicas' },
  state: { href: '#/system', text: 'Show the replicas' },
};

/** @param {{ path: string, ask: import('../../store/session.js').Session['ask'] }} props */
export function Doctor({ path, ask }) {
  const [isRunning, setRunning] = useState(true);
  const [problem, setProblem] = useState('');
  const [examination, setExamination] = useState(/** @type {Examination | undefined} */ (undefined));
  const examine = async () => {
    setRunning(true);
    const response = await ask({ path: `${path}/doctor` }, {});
    setProblem(response.problem?.detail ?? '');
    if (response.problem === undefined) setExamination(response.body);
    setRunning(false);
  };
  useEffect(() => void examine(), []);
  const { findings = [], examinedAt } = examination ?? {};
  const found = (/** @type {Finding['verdict']} */ verdict) =>
    findings.filter((finding) => finding.verdict === verdict);
  const problems = [...found('failure'), ...found('warning')];
  return html`<section class="card doctor" aria-labelledby="doctor-title">
    <header>
      <h2 id="doctor-title">Doctor</h2>
      <span class="dim" role="status">
        ${isRunning ? 'examines the servers, streams, replicas and snapshots …' : examinedAt !== undefined && `examined at ${toLocalTime(examinedAt)}`}
      </span>
      <button type="button" class="quiet small" disabled=${isRunning} onClick=${examine}>
        <${Icon} name=${isRunning ? 'loader-circle' : 'activity'} class=${isRunning ? 'spin' : ''} />Examine
        again
      </button>
    </header>
    ${problem !== '' && html`<p class="error" role="alert">${problem}</p>`}
    ${
      problems.length > 0 &&
      html`<ul class="findings">
        ${problems.map((finding) => html`<${Entry} finding=${finding} />`)}
      </ul>`
    }
    ${examination !== undefined && html`<${Passed} findings=${found('ok')} isAll=${problems.length === 0} />`}
  </section>`;
}

/** @param {{ finding: Finding }} props */
function Entry({ finding: { name, verdict, detail, remedy } }) {
  const { icon, class: kind, text } = verdicts[verdict];
  const page = verdict === 'ok' ? undefined : pages[name.split(' ', 1)[0] ?? ''];
  return html`<li>
    <span class=${kind}><${Icon} name=${icon} />${text}</span>
    <div>
      <h3>${name}</h3>
      <p>${detail}</p>
      ${remedy !== null && html`<p class="remedy"><strong>What to do:</strong> ${remedy}</p>`}
      ${page !== undefined && html`<p><a href=${page.href}>${page.text}</a></p>`}
    </div>
  </li>`;
}

/** @param {{ findings: Finding[], isAll: boolean }} props */
function Passed({ findings, isAll }) {
  const count = isAll
    ? `All ${findings.length} checks passed`
    : `${toCount(findings.length, 'check')} passed`;
  return html`<details class="passed">
    <summary>
      <span class="verdict ok"><${Icon} name="circle-check" />${count}</span>
      <${Icon} name="chevron-right" />
    </summary>
    <ul class="findings">
      ${findings.map((finding) => html`<${Entry} finding=${finding} />`)}
    </ul>
  </details>`;
}

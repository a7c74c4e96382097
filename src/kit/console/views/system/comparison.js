/** Whether the replicas of a service hold the same state. */

import { Icon } from '../../parts/icon.js';
import { toLocalTime } from '../../parts/text.js';
import { html, useEffect } from '../../vendor/preact.js';

const verdicts = /** @type {const} */ ({
  agree: { icon: 'circle-check', class: 'verdict ok', text: 'states agree' },
  differ: { icon: 'equal-not', class: 'verdict danger', text: 'states differ' },
  undecided: { icon: 'info', class: 'verdict', text: 'not all compared' },
});

/**
 * Compares them when it is shown first, and again on request: every replica has to compute a digest of its whole state.
 *
 * @param {Pick<import('./service-card.js').CardProps, 'service' | 'comparison' | 'onCompare'>} props
 */
export function Comparison({ service: { name }, comparison, onCompare }) {
  useEffect(() => {
    if (comparison === undefined) onCompare(name);
  }, [name]);
  const isRunning = comparison === 'running';
  return html`
    <span role="status"
      >${comparison !== undefined && comparison !== 'running' && html`<${Verdict} comparison=${comparison} />`}</span
    >
    <button
      type="button"
      class="quiet small"
      disabled=${isRunning}
      aria-label=${`Compare states of ${name}`}
      title="Compare states"
      onClick=${() => onCompare(name)}
    >
      <${Icon} name=${isRunning ? 'loader-circle' : 'git-compare'} class=${isRunning ? 'spin' : ''} /><span
        class="label-wide"
        >Compare states</span
      >
    </button>
  `;
}

/** @param {{ comparison: import('../../store/services.js').StateComparison }} props */
function Verdict({ comparison: { verdict, position, comparedAt } }) {
  const { icon, text, class: kind } = verdicts[verdict];
  const at = `at position ${position.toLocaleString('en')}`;
  return html`<span class=${kind} title=${toLocalTime(comparedAt)}>
    <${Icon} name=${icon} />${text} ${at}
  </span>`;
}

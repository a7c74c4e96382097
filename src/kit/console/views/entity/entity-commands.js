/** A button for every command of an entity. */

import { toLabel } from '../../contract/labels.js';
import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';

const icons = /** @type {const} */ ({ replace: 'pencil', command: 'zap', remove: 'trash' });

/**
 * @param {{ contract: import('../../contract/contract.js').Contract, id: import('../../contract/ids.js').Id, isDisabled: boolean,
 *   session: import('../../store/session.js').Session }} props
 */
export function EntityCommands({ contract: { replace, remove, commands }, id, isDisabled, session }) {
  const all = [
    ...(replace === undefined ? [] : [{ kind: /** @type {const} */ ('replace'), command: replace }]),
    ...commands.map((command) => ({ kind: /** @type {const} */ ('command'), command })),
    ...(remove === undefined ? [] : [{ kind: /** @type {const} */ ('remove'), command: remove }]),
  ];
  return all.map(
    ({ kind, command }) =>
      html`<button
        type="button"
        class=${kind === 'remove' ? 'danger' : ''}
        title=${command.summary}
        disabled=${isDisabled}
        onClick=${() => session.writes.open(kind, command, id)}
      >
        <${Icon} name=${icons[kind]} />${toLabel(command.verb)}
      </button>`,
  );
}

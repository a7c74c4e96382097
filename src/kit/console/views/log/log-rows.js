/** The rows of the log, of which only the visible ones exist. */

import { EventRow } from './event-row.js';
import { html, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { keyTarget } from './log-keys.js';
import { createScrollWindow } from './scroll-window.js';

/** Heights in px; must match the style sheet. On a phone, there is no head. */
const desktop = { head: 30, row: 34 };
const phone = { head: 0, row: 54 };
/** Rendered rows above and below the visible ones. */
const overscan = 6;
/** Rows above one that is jumped to. */
const leadRows = 5;

const columns = /** @type {const} */ ([
  ['position', 'Position'],
  ['stored', 'Time'],
  ['kind', 'Event'],
  ['subject', 'Id'],
  ['content', 'Content'],
]);

/** @param {{ state: import('../../store/state.js').State, log: import('../../store/session.js').Session['log'], contract: import('../../contract/contract.js').Contract }} props */
export function LogRows({ state, log, contract }) {
  const { selected, target, message, isLive, isPaused } = state.eventLog;
  const { rows } = log;
  const region = useRef(/** @type {HTMLElement | null} */ (null));
  const [scroll] = useState(createScrollWindow);
  const [size, setSize] = useState({ visible: 800, row: desktop.row });
  const [, render] = useState(0);
  const count = rows.count();
  const place = scroll.resize(count * size.row, size.visible);

  useLayoutEffect(() => {
    const element = region.current;
    if (element === null) return undefined;
    const measure = () => {
      const { head, row } = matchMedia('(max-width: 48rem)').matches ? phone : desktop;
      setSize({ visible: Math.max(0, element.clientHeight - head), row });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (target === undefined) return;
    const isTop = target.position === Infinity;
    scrollTo(isTop ? 0 : (rows.indexOf(target.position) - leadRows) * size.row);
  }, [target]);
  useLayoutEffect(() => {
    if (region.current !== null && region.current.scrollTop !== place) region.current.scrollTop = place;
  }, [place, count]);

  const first = Math.max(0, Math.floor(scroll.top / size.row) - overscan);
  const end = Math.min(count, Math.ceil((scroll.top + size.visible) / size.row) + overscan);
  useLayoutEffect(() => rows.need(first, end));

  /** @param {number} top */
  function scrollTo(top) {
    const next = scroll.moveTo(top);
    if (region.current !== null) region.current.scrollTop = next;
    render(scroll.top);
  }
  function onScroll() {
    if (region.current === null) return;
    const next = scroll.onScroll(region.current.scrollTop);
    if (next !== region.current.scrollTop) region.current.scrollTop = next;
    if (scroll.top > 0 && isLive) log.pause(false);
    if (scroll.top === 0 && !isLive && !isPaused) log.resume();
    render(scroll.top);
  }
  /** @param {number} index */
  function select(index) {
    const row = rows.at(index);
    if (row === undefined) return;
    if (isLive) log.pause(index > 0);
    log.selection.select(row.position);
    const [start, last] = [index * size.row, (index + 1) * size.row - size.visible];
    if (start < scroll.top || last > scroll.top) scrollTo(start < scroll.top ? start : last);
  }
  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    const { selected: current } = log.selection;
    if (event.key === 'Enter' && current !== undefined) log.selection.open(current);
    else if (event.key === 'Escape' && message !== undefined) log.selection.close();
    else {
      const index = current === undefined ? undefined : rows.indexOf(current);
      const next = keyTarget(event.key, index, count, Math.max(1, Math.floor(size.visible / size.row) - 1));
      if (next === undefined) return;
      select(next);
    }
    event.preventDefault();
  }

  const shown = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  const isShown = selected !== undefined && shown.includes(rows.indexOf(selected));
  return html`<div
    class="log"
    style=${{
      '--id-width': contract.hasTextIds ? '8rem' : '4rem',
      '--position-width': `max(3.25rem, ${String(state.eventLog.last).length}ch)`,
    }}
    role="grid"
    aria-label="Messages"
    aria-rowcount=${count + 1}
    aria-activedescendant=${isShown ? `message-${selected}` : undefined}
    tabindex="0"
    ref=${region}
    onScroll=${onScroll}
    onKeyDown=${onKeyDown}
  >
    <div class="head" role="row" aria-rowindex="1">
      ${columns.map(([kind, name]) => html`<span role="columnheader" class=${kind}>${name}</span>`)}
    </div>
    <div class="space" role="rowgroup" style=${{ height: `${scroll.height}px` }}>
      ${shown.map((index) => {
        const row = rows.at(index);
        return (
          row !== undefined &&
          html`<${EventRow}
            key=${row.position}
            row=${row}
            rowIndex=${index + 2}
            top=${index * size.row - scroll.offset}
            isSelected=${row.position === selected}
            contract=${contract}
            onOpen=${open}
          />`
        );
      })}
    </div>
  </div>`;

  /** @param {number} position */
  function open(position) {
    log.pause(true);
    log.selection.open(position);
  }
}

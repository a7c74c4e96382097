/** The moment that is shown, below the table and an entity: when events happened, and the controls that go there. */

import { describeMoment, findPlace } from './place.js';
import { MomentFields } from './moment-fields.js';
import { MomentNotice } from './moment-notice.js';
import { Playback } from './playback.js';
import { Track } from './track.js';
import { html, useState } from '../../vendor/preact.js';
import { progressOf } from '../../store/progress.js';

/**
 * What is shown at `asOf`, which is undefined for the current state.
 *
 * @typedef {{ asOf: string | undefined, position: number | undefined, isLoading: boolean, problem: string | undefined }} Shown
 *
 * What the pointer or the focus is at: a part of the time range.
 * @typedef {{ part: number, text: string }} Pointed
 *
 * Messages of the open entity; undefined: those of the whole stream.
 * @typedef {import('../../store/entity.js').Entry[] | undefined} Own
 *
 * @param {Pick<import('../../shell/app.js').ViewProps, 'state' | 'session' | 'contract'> & { shown: Shown, own?: Own }} props
 */
export function TimeBar({ state, session, contract, shown, own }) {
  const { timeline, status, route, rejections } = state;
  const [pointed, setPointed] = useState(/** @type {Pointed | undefined} */ (undefined));
  const last = progressOf(status).applied;
  // Without events, there is only one moment.
  if (status !== undefined && last === 0 && shown.asOf === undefined) return null;
  const place = findPlace(timeline, shown, last);
  const { travel, compare } = session.moment;
  const subject = `${contract.name}.events.${route.id}`;
  return html`<div class="time" role="group" aria-label="Moment that is shown">
    <${MomentNotice} shown=${shown} place=${place} route=${route} onCompare=${compare} onTravel=${travel} />
    <${Track}
      timeline=${timeline}
      place=${place}
      last=${last}
      own=${own}
      rejections=${own === undefined ? rejections : rejections.filter((each) => each.subject === subject)}
      text=${describeMoment(shown, place)}
      onPoint=${setPointed}
      onTravel=${travel}
    />
    <div class="controls">
      <${Playback} shown=${shown} place=${place} last=${last} own=${own} onTravel=${travel} />
      <${MomentFields} shown=${shown} place=${place} last=${last} onTravel=${travel} />
    </div>
    ${pointed !== undefined && html`<span class="bubble" aria-hidden="true" style=${{ '--pointed': pointed.part }}>${pointed.text}</span>`}
  </div>`;
}

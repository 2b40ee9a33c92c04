import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../strings.js';
import { clipName } from './clip-name.js';
import { allClips, endOf, rateOfDoc, startOf, trackLabel, trackOf } from './document.js';
import { goTo } from './player.js';
import { doc, select, selection, shown } from './store.js';
import { timecode } from './timecode.js';

/**
 * The film as a table, for those who would rather read it than look at it: what comes when, from where, and what is done to it.
 *
 * @import { Caption, Clip, Doc } from './document.js'
 * @typedef {{id: string, track: string, name: string, startUs: number, endUs: number, source: string, effects: string}} Row
 */

export function clipList() {
  const now = shown.value;
  const rate = rateOfDoc(now);
  const head = t.list.columns;
  return html`<div class="clip-list" tabindex="0" role="region" aria-label=${t.list.label}>
    <table>
      <caption class="visually-hidden">
        ${t.list.label}
      </caption>
      <thead>
        <tr>
          ${[head.start, head.end, head.length, head.name, head.track, head.source, head.effects].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows(now),
          ({ id }) => id,
          (row) =>
            html`<tr aria-selected=${selection.value.has(row.id) ? 'true' : nothing} @click=${() => choose(row)}>
              <td>${timecode(rate, row.startUs)}</td>
              <td>${timecode(rate, row.endUs)}</td>
              <td>${timecode(rate, row.endUs - row.startUs)}</td>
              <th scope="row">
                <button type="button" class="link" aria-pressed=${selection.value.has(row.id) ? 'true' : 'false'} data-id=${row.id}>
                  ${row.name}
                </button>
              </th>
              <td>${row.track}</td>
              <td>${row.source}</td>
              <td>${row.effects}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${allClips(now).length || now.captions.length ? nothing : html`<p class="muted pad">${t.timeline.empty}</p>`}
  </div>`;
}

/** @param {Row} row */
function choose({ id, startUs }) {
  select(id);
  goTo(startUs);
}

/** @param {Doc} now @returns {Row[]} in the order of time */
function rows(now) {
  const clips = allClips(now).map((clip) => {
    const track = trackOf(now, clip.id);
    return {
      ...span(clip),
      track: track ? trackLabel(now, track) : '',
      name: clipName(clip),
      source: clip.source && clip.sourceRange ? `${clip.source.path}, ${timecode(rateOfDoc(doc.value), clip.sourceRange.startUs)}` : '',
      effects: effectsOf(clip),
    };
  });
  const captions = now.captions.map((caption) => ({
    ...span(caption),
    track: t.timeline.captions,
    name: caption.text,
    source: '',
    effects: '',
  }));
  return [...clips, ...captions].sort((a, b) => a.startUs - b.startUs);
}

/** @param {Clip | Caption} item */
const span = (item) => ({ id: item.id, startUs: startOf(item), endUs: endOf(item) });

/** @param {Clip} clip */
function effectsOf({ transitionIn, transitionOut, effects = [], speed = 1, opacity = 1, freezeFrameSourceUs, disabled }) {
  return [
    ...(transitionIn ? [t.list.comesIn(t.transitions[transitionIn.type])] : []),
    ...(transitionOut ? [t.list.goesOut(t.transitions[transitionOut.type])] : []),
    ...effects.filter(({ enabled = true }) => enabled).map(({ type }) => t.list.effects[type] ?? type),
    ...(speed === 1 ? [] : [`${t.inspector.speed} ${Math.round(speed * 100)} %`]),
    ...(opacity === 1 ? [] : [`${t.inspector.opacity} ${Math.round(opacity * 100)} %`]),
    ...(freezeFrameSourceUs === undefined ? [] : [t.tools.freeze]),
    ...(disabled ? [t.inspector.disabled] : []),
  ].join(' · ');
}

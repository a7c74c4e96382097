/** Arranges marks in one row: close ones of a kind are one mark, and no two overlap. */

/**
 * `part` of the width at which it belongs; `left` is where it is, in pixels.
 *
 * @typedef {{ kind: 'rejected' | 'version', part: number, position: number, label: string, text: string }} Mark
 * @typedef {Mark & { left: number, width: number }} ArrangedMark
 */

/** Marks of a kind that are closer than this, in pixels, become one. */
const closeTo = 26;
/** Width of a mark without a label, width of a character, and gap, in pixels; must match the style sheet. */
const [plainWidth, characterWidth, gap] = [24, 7, 2];
/** Texts of a mark that stands for several. */
const maxTexts = 3;

/** @param {Mark[]} marks @param {number} width in pixels @returns {ArrangedMark[]} by ascending part */
export function arrangeMarks(marks, width) {
  const sorted = marks.toSorted((a, b) => a.part - b.part || a.position - b.position);
  const groups = [...groupsOf(sorted, 'version', width), ...groupsOf(sorted, 'rejected', width)];
  const arranged = groups.flatMap(toMark).toSorted((a, b) => a.part - b.part);
  let free = 0;
  for (const mark of arranged) {
    mark.left = Math.max(free, mark.part * width - mark.width / 2);
    free = mark.left + mark.width + gap;
  }
  let end = width;
  for (const mark of arranged.toReversed()) {
    mark.left = Math.round(Math.min(mark.left, end - mark.width));
    end = mark.left - gap;
  }
  return arranged;
}

/** @param {Mark[]} sorted @param {Mark['kind']} kind @param {number} width */
function groupsOf(sorted, kind, width) {
  /** @type {Mark[][]} */
  const groups = [];
  for (const mark of sorted) {
    if (mark.kind !== kind) continue;
    const group = groups.at(-1);
    if (group?.[0] !== undefined && (mark.part - group[0].part) * width < closeTo) group.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

/** One mark; none for an empty group. @param {Mark[]} group @returns {ArrangedMark[]} */
function toMark(group) {
  const last = group.at(-1);
  if (last === undefined) return [];
  const isVersion = last.kind === 'version';
  const label = isVersion ? last.label : group.length > 1 ? String(group.length) : '';
  const texts = group.slice(-maxTexts).map(({ text }) => text);
  const others = group.length - texts.length;
  return [
    {
      ...last,
      label,
      text: [...(others > 0 ? [`${others.toLocaleString('en')} more, then`] : []), ...texts].join('\n'),
      left: 0,
      width: plainWidth + label.length * characterWidth,
    },
  ];
}

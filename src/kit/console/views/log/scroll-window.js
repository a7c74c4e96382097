/**
 * Scrolls over more rows than an element can be high. Near its ends, and for short ways, the rows move with the scroll bar pixel by
 * pixel. In between, the scroll bar is a scale of all rows.
 */

/** Maximum height of the element, in px. Firefox limits heights to about 17 million, Chromium to 33 million. */
export const maxHeight = 4_000_000;
/** The parts at both ends where the position of the scroll bar is that of the rows, in px. */
const endPart = 20_000;
/** A longer way, in heights of the visible part, is one of the scroll bar. */
const maxStep = 3;
/** The scroll bar is moved to its place on the scale when it is further away, in px. */
const maxDrift = 5_000;

export function createScrollWindow() {
  /** Height of all rows, and of the visible part. */
  let total = 0;
  let visible = 0;
  /** The rows that are visible begin here; the element is scrolled to `scrolled`. */
  let top = 0;
  let scrolled = 0;

  const height = () => Math.min(total, maxHeight);
  const maxTop = () => Math.max(0, total - visible);
  const maxScrolled = () => Math.max(0, height() - visible);
  const clamp = (/** @type {number} */ value) => Math.max(0, Math.min(maxTop(), value));
  const scale = () => (maxTop() - 2 * endPart) / (maxScrolled() - 2 * endPart);

  /** @param {number} place of the rows */
  function toScrolled(place) {
    if (total <= maxHeight || place <= endPart) return place;
    if (place >= maxTop() - endPart) return maxScrolled() - (maxTop() - place);
    return endPart + (place - endPart) / scale();
  }

  /** @param {number} place of the scroll bar */
  function fromScrolled(place) {
    if (total <= maxHeight || place <= endPart) return place;
    if (place >= maxScrolled() - endPart) return maxTop() - (maxScrolled() - place);
    return endPart + (place - endPart) * scale();
  }

  /** @param {number} place of the rows */
  function moveTo(place) {
    top = clamp(place);
    scrolled = Math.round(toScrolled(top));
    return scrolled;
  }

  return {
    get top() {
      return top;
    },
    get height() {
      return height();
    },
    /** What to subtract from the place of a row to get its place in the element. */
    get offset() {
      return top - scrolled;
    },
    /** Returns where the element has to be scrolled to. @param {number} rowsHeight @param {number} visibleHeight */
    resize(rowsHeight, visibleHeight) {
      if (total === rowsHeight && visible === visibleHeight) return scrolled;
      [total, visible] = [rowsHeight, visibleHeight];
      return moveTo(top);
    },
    /** Returns where the element has to be scrolled to. @param {number} place of the rows */
    moveTo,
    /** Call when the element was scrolled. Returns where it has to be scrolled to. @param {number} place of the scroll bar */
    onScroll(place) {
      const step = place - scrolled;
      if (total <= maxHeight || Math.abs(step) > maxStep * visible) top = clamp(fromScrolled(place));
      else top = clamp(top + step);
      scrolled = place;
      const expected = Math.round(toScrolled(top));
      const isAtEnd = Math.min(place, maxScrolled() - place) < endPart;
      return Math.abs(expected - place) > (isAtEnd ? 0 : maxDrift) ? (scrolled = expected) : place;
    },
  };
}

/** What the event log shows, as in the address of the page: `#/log?at=1200&type=LaptopAdded`. */

/**
 * The filters, named as in the API. An empty one does not filter.
 * @typedef {{ type: string, id: string, actor: string, text: string, rejected: '' | 'true' }} LogFilter
 *
 * `at`: a position or a time (RFC 3339), or empty for the end of the log. `isOpen`: whether the message there is opened.
 * @typedef {{ at: string, isOpen: boolean, filter: LogFilter }} LogAddress
 */

/** @type {LogFilter} */
export const noLogFilter = { type: '', id: '', actor: '', text: '', rejected: '' };

/** @param {string} query @returns {LogAddress} */
export function readLogAddress(query) {
  const values = new URLSearchParams(query);
  const valueOf = (/** @type {string} */ name) => values.get(name)?.trim() ?? '';
  return {
    at: valueOf('at'),
    isOpen: values.has('open'),
    filter: {
      type: valueOf('type'),
      id: valueOf('id'),
      actor: valueOf('actor'),
      text: valueOf('text'),
      rejected: values.get('rejected') === 'true' ? 'true' : '',
    },
  };
}

/** @param {LogAddress} address */
export function toLogHash({ at, isOpen, filter }) {
  const query = toQuery({ at, ...filter });
  const parts = [query, ...(isOpen ? ['open'] : [])].filter(Boolean);
  return parts.length === 0 ? '#/log' : `#/log?${parts.join('&')}`;
}

/** Omits empty values. @param {Record<string, string | number | undefined>} values */
export function toQuery(values) {
  const used = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [/** @type {[string, string]} */ ([name, String(value)])],
  );
  return new URLSearchParams(used).toString();
}

/** @param {LogFilter} filter */
export function isFiltered(filter) {
  return Object.values(filter).some((value) => value !== '');
}

/** @param {LogFilter} a @param {LogFilter} b */
export function isSameFilter(a, b) {
  return toQuery(a) === toQuery(b);
}

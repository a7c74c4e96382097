/** A text id is one token of a subject and one segment of a path, and survives both, a cursor and a query string. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { splitId } from '../../src/kit/api/commands/command-input.ts';
import { formatCursor, parseSort } from '../../src/kit/api/requests/sorting.ts';
import { textId } from '../../src/kit/domain/id-type.ts';
import { pageQueryOf } from '../../src/kit/http/protocol/paging.ts';
import { parseId, parseQuery } from '../../src/kit/http/server/parse.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';

/** The pattern allows everything, so the kit alone decides. */
const type = textId(/^[^]*$/, { example: 'x' });
const subjects = eventSubjects('parcels', type);
const keys = { weight: z.int() };
const candidate = fc.oneof(
  fc.string({ maxLength: 70, unit: 'binary' }),
  fc.stringMatching(/^[A-Za-z0-9_. */>-]{0,70}$/),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
);
const valid = candidate.filter((text) => type.parse(text) !== undefined);
const invalid = candidate.filter((text) => type.parse(text) === undefined);

const accepted = suite('a text that is an id');

accepted('is one token of a subject, and round-trips', () =>
  fc.assert(
    fc.property(valid, (id) => {
      const subject = subjects.of(id);
      assert.equal(subject.split('.'), ['parcels', 'events', id]);
      assert.not.match(subject, /[\s*>]/);
      assert.is(subjects.idOf(subject), id);
    }),
  ),
);
accepted('is one segment of a path without an escape, and round-trips', () =>
  fc.assert(
    fc.property(valid, (id) => {
      const { pathname, search, hash } = new URL(`http://localhost/parcels/${id}`);
      assert.equal([pathname, search, hash], [`/parcels/${id}`, '', '']);
      assert.is(encodeURIComponent(id), id);
      assert.is(parseId(decodeURIComponent(pathname.split('/')[2] ?? ''), type), id);
    }),
  ),
);
accepted('round-trips through the query string of a list, and a cursor', () =>
  fc.assert(
    fc.property(valid, fc.integer(), (id, key) => {
      const query = Object.fromEntries(new URLSearchParams({ after: id }));
      assert.is(parseQuery(pageQueryOf(type), query).after, id);
      const cursor = formatCursor({ weight: () => [key] }, 'weight', { id, state: {}, version: 1 });
      assert.equal(parseSort(keys, { sort: 'weight', cursor }, undefined, type), {
        by: 'weight',
        descending: false,
        after: { key, id },
      });
    }),
  ),
);
accepted.run();

const rejected = suite('a text that is not an id');

rejected('is refused as a subject, a path, a body, a query string and a cursor', () =>
  fc.assert(
    fc.property(invalid, (text) => {
      assert.throws(() => subjects.of(text), TypeError);
      assert.is(subjects.idOf(`parcels.events.${text}`), undefined);
      assert.throws(() => parseId(text, type), /is not an id\. An id is a text that matches/);
      assert.throws(() => splitId({ id: text }, type));
      assert.throws(() => parseQuery(pageQueryOf(type), { after: text }));
      const cursor = formatCursor({ weight: () => [1] }, 'weight', { id: text, state: {}, version: 1 });
      assert.throws(
        () => parseSort(keys, { sort: 'weight', cursor }, undefined, type),
        /The cursor is not from/,
      );
    }),
  ),
);
rejected.run();

/** The contract of the events bites: this shows on which changes, and what it says. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineEvents, type EventType } from '../domain/event-schema.ts';
import { findContractBreaks } from './event-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-contract-'));
const contract = pathToFileURL(`${folder}/contract/`);
const freezing = { FREEZE_EVENTS: '1' };

const type = z.literal('ChargerAdded');
const ChargerAdded = z.object({ type, name: z.string().min(1).max(20), watts: z.int().optional() });
const ChargerLost = z.object({ type: z.literal('ChargerLost') });
const events = defineEvents({ ChargerAdded: { schema: ChargerAdded }, ChargerLost: { schema: ChargerLost } });
const withAnother = (schema: EventType['schema']) =>
  defineEvents({ ChargerAdded: { schema }, ChargerLost: { schema: ChargerLost } });

const accepting = suite('a new event');

accepting('is not in the contract until somebody says so', () => {
  const [added = '', lost = '', ...more] = findContractBreaks(events, contract, {});
  assert.match(added, /^charger-added\.v1\.json: ChargerAdded, version 1 is new\..*FREEZE_EVENTS=1 npm test/);
  assert.match(lost, /^charger-lost\.v1\.json: /);
  assert.equal(more, []);
});
accepting('is in it from then on', () => {
  assert.equal(findContractBreaks(events, contract, freezing), []);
  assert.equal(findContractBreaks(events, contract, {}), []);
});
accepting.run();

const changing = suite('a change of what is stored is a break');

for (const [what, schema] of [
  ['a field more', ChargerAdded.extend({ colour: z.string().optional() })],
  ['a field less', ChargerAdded.omit({ watts: true })],
  ['a field by another name', ChargerAdded.omit({ name: true }).extend({ label: z.string().min(1).max(20) })],
  ['a field that has to be there', ChargerAdded.required()],
  ['a field that may be absent', ChargerAdded.partial({ name: true })],
  ['another type of field', ChargerAdded.extend({ watts: z.number().optional() })],
  ['another limit', ChargerAdded.extend({ name: z.string().min(1).max(30) })],
] as const) {
  changing(what, () => {
    const breaks = findContractBreaks(withAnother(schema), contract, {});
    assert.is(breaks.length, 1);
    assert.match(
      breaks[0] ?? '',
      /^charger-added\.v1\.json: .* another shape .* bump the version: .* upcaster/,
    );
  });
}
changing('which nobody can wave through', () => {
  const changed = withAnother(ChargerAdded.required());
  assert.is(findContractBreaks(changed, contract, freezing).length, 1);
  assert.equal(findContractBreaks(events, contract, {}), []);
});
changing('an event that is not there any more', () => {
  const [gone = '', ...more] = findContractBreaks(
    defineEvents({ ChargerAdded: { schema: ChargerAdded } }),
    contract,
    {},
  );
  assert.match(gone, /^charger-lost\.v1\.json: this shape is not read any more/);
  assert.equal(more, []);
});
changing.run();

const following = suite('a change is none when');

following('it only says more about the shape', () => {
  const described = ChargerAdded.extend({ name: ChargerAdded.shape.name.meta({ description: 'Its name.' }) });
  assert.equal(findContractBreaks(withAnother(described.meta({ title: 'x' })), contract, {}), []);
});
following('it is a new version, and the old one stays as it was', () => {
  const older = [{ schema: ChargerAdded, upcast: (old: object) => ({ ...old, watts: 0 }) }];
  const next = defineEvents({
    ChargerAdded: { schema: ChargerAdded.required(), older },
    ChargerLost: { schema: ChargerLost },
  });
  const [added = '', ...more] = findContractBreaks(next, contract, {});
  assert.match(added, /^charger-added\.v2\.json: ChargerAdded, version 2 is new/);
  assert.equal(more, []);
  assert.equal(findContractBreaks(next, contract, freezing), []);
  // And back again is a break.
  assert.match(
    findContractBreaks(events, contract, {}).join(),
    /^charger-added\.v2\.json: .* not read any more/,
  );
});
following.after(() => rmSync(folder, { recursive: true }));
following.run();

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
const freezeEnv = { FREEZE_EVENTS: '1' };

const type = z.literal('ChargerAdded');
const ChargerAdded = z.object({ type, name: z.string().min(1).max(20), watts: z.int().optional() });
const ChargerLost = z.object({ type: z.literal('ChargerLost') });
const events = defineEvents({ ChargerAdded: { schema: ChargerAdded }, ChargerLost: { schema: ChargerLost } });
const withSchema = (schema: EventType['schema']) =>
  defineEvents({ ChargerAdded: { schema }, ChargerLost: { schema: ChargerLost } });

const newEvents = suite('a new event');

newEvents('is reported until its schema is frozen', () => {
  const [added = '', lost = '', ...more] = findContractBreaks(events, contract, {});
  assert.match(added, /^charger-added\.v1\.json: ChargerAdded, version 1 is new\..*FREEZE_EVENTS=1/);
  assert.match(lost, /^charger-lost\.v1\.json: /);
  assert.equal(more, []);
});
newEvents('is accepted once its schema is frozen', () => {
  assert.equal(findContractBreaks(events, contract, freezeEnv), []);
  assert.equal(findContractBreaks(events, contract, {}), []);
});
newEvents.run();

const breakingChanges = suite('a change to a stored shape');

for (const [change, schema] of [
  ['an added field', ChargerAdded.extend({ colour: z.string().optional() })],
  ['a removed field', ChargerAdded.omit({ watts: true })],
  ['a renamed field', ChargerAdded.omit({ name: true }).extend({ label: z.string().min(1).max(20) })],
  ['an optional field that becomes required', ChargerAdded.required()],
  ['a required field that becomes optional', ChargerAdded.partial({ name: true })],
  ['a changed field type', ChargerAdded.extend({ watts: z.number().optional() })],
  ['a changed limit', ChargerAdded.extend({ name: z.string().min(1).max(30) })],
] as const) {
  breakingChanges(`is reported: ${change}`, () => {
    const breaks = findContractBreaks(withSchema(schema), contract, {});
    assert.is(breaks.length, 1);
    assert.match(
      breaks[0] ?? '',
      /^charger-added\.v1\.json: the shape of .* differs from .* bump the version: .* upcaster/,
    );
  });
}
breakingChanges('is reported even when freezing is enabled', () => {
  const changed = withSchema(ChargerAdded.required());
  assert.is(findContractBreaks(changed, contract, freezeEnv).length, 1);
  assert.equal(findContractBreaks(events, contract, {}), []);
});
breakingChanges('is reported when an event is removed', () => {
  const [removed = '', ...more] = findContractBreaks(
    defineEvents({ ChargerAdded: { schema: ChargerAdded } }),
    contract,
    {},
  );
  assert.match(removed, /^charger-lost\.v1\.json: this shape is no longer supported/);
  assert.equal(more, []);
});
breakingChanges.run();

const compatibleChanges = suite('a compatible change');

compatibleChanges('may add annotations', () => {
  const described = ChargerAdded.extend({ name: ChargerAdded.shape.name.meta({ description: 'Its name.' }) });
  assert.equal(findContractBreaks(withSchema(described.meta({ title: 'x' })), contract, {}), []);
});
compatibleChanges('may add a version if the previous one remains readable', () => {
  const older = [{ schema: ChargerAdded, upcast: (old: object) => ({ ...old, watts: 0 }) }];
  const next = defineEvents({
    ChargerAdded: { schema: ChargerAdded.required(), older },
    ChargerLost: { schema: ChargerLost },
  });
  const [added = '', ...more] = findContractBreaks(next, contract, {});
  assert.match(added, /^charger-added\.v2\.json: ChargerAdded, version 2 is new/);
  assert.equal(more, []);
  assert.equal(findContractBreaks(next, contract, freezeEnv), []);
  // Removing the new version again is reported.
  assert.match(
    findContractBreaks(events, contract, {}).join(),
    /^charger-added\.v2\.json: .* no longer supported/,
  );
});
compatibleChanges.after(() => rmSync(folder, { recursive: true }));
compatibleChanges.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createResourceScope } from './child-processes.ts';
import { findSeries } from './report/result.ts';
import { runRounds, toMeasure, type Case } from './rounds.ts';

const bench = { scope: createResourceScope(), rounds: 3, report: () => undefined };

function countingCase(subject: string, order: string[]): Case {
  return {
    subject,
    at: 1,
    run: async (round) => {
      order.push(`${subject}${round}`);
      return { figure: round };
    },
  };
}

const rounds = suite('runRounds');

rounds('alternates the order of the cases and discards the warm-up round', async () => {
  const order: string[] = [];
  const results = await runRounds(bench, [countingCase('a', order), countingCase('b', order)]);
  assert.equal(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
  assert.equal(
    results.map(({ samples }) => samples),
    [
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
    ],
  );
});

rounds('reports why a case fails or is missing and continues with the others', async () => {
  const failing: Case = { subject: 'failing', at: 1, run: () => Promise.reject(new Error('broken')) };
  const absent: Case = { subject: 'absent', at: 1, missing: 'not installed' };
  const results = await runRounds(bench, [failing, absent, countingCase('a', [])]);
  const measure = toMeasure(results, 'figure', { unit: 'x', better: 'more', axis: 'n' });
  assert.is(findSeries(measure, 'failing', 1)?.missing, 'broken');
  assert.is(findSeries(measure, 'absent', 1)?.missing, 'not installed');
  assert.equal(findSeries(measure, 'a', 1)?.samples, [1, 2, 3]);
});

rounds('stops before the next case when the scope is closed', async () => {
  const scope = createResourceScope();
  const order: string[] = [];
  const closing: Case = { subject: 'closing', at: 1, run: () => scope.close().then(() => ({})) };
  const error: unknown = await runRounds({ ...bench, scope }, [closing, countingCase('a', order)]).catch(
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), 'interrupted');
  assert.equal(order, []);
});

rounds.run();

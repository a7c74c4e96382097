/** Preloaded in the process of a test file: writes which mutants the file executes to the file in the environment. */

import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  // The instrumented sources count the executions of each mutant in this global variable.
  const { mutantCoverage } = Reflect.get(globalThis, '__stryker__') ?? {};
  writeFileSync(process.env['PORTSIDE_MUTANT_COVERAGE'] ?? '', JSON.stringify(mutantCoverage?.static ?? {}));
});

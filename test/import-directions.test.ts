/** The lint rules guard the architecture: this proves that each of them bites, and that none forbids what is right. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const checkout = fileURLToPath(new URL('..', import.meta.url));

type Rule = {
  readonly file: string;
  /** What the linter says of an import that is forbidden there. */
  readonly message: string;
  readonly legal: readonly string[];
  readonly forbidden: readonly string[];
};

const generic = ['../nats/codec.ts', '../http/app.ts', '../runtime/run.ts'];
const detour = '../core/../laptops/laptop.ts';

/** A service's rules; `chargers` shows that a service which nobody configured is held to them too. */
function rulesOfService(name: string, sibling: string): Rule[] {
  return [
    ...['events.ts', 'decider.ts', 'view.ts'].map((file) => ({
      file: `src/${name}/${file}`,
      message: "A service's rules import core, zod, and of a sibling only its events.",
      legal: ['./other.ts', '../core/decider.ts', 'zod', `../${sibling}/events.ts`],
      forbidden: [
        ...generic,
        `../${sibling}/view.ts`,
        `../${sibling}/routes.ts`,
        '../testing/given.ts',
        './client.ts',
        './main.ts',
        './routes.ts',
        './subscribe.ts',
        './../nats/codec.ts',
        '../../scripts/nats-server.ts',
        'koa',
        'nats',
        'node:fs',
        detour,
      ],
    })),
    {
      file: `src/${name}/routes.ts`,
      message: "A service's routes import core, http, zod, and of a sibling only its events.",
      legal: ['./other.ts', '../core/decider.ts', '../core/resource.ts', 'zod', `../${sibling}/events.ts`],
      forbidden: ['../nats/codec.ts', '../runtime/run.ts', `../${sibling}/routes.ts`, 'koa', 'nats', detour],
    },
    {
      file: `src/${name}/client.ts`,
      message:
        "A service's client imports client, core, zod, and of its service only the documents and events.",
      legal: ['./documents.ts', './events.ts', '../client/create-client.ts', '../core/problem.ts', 'zod'],
      forbidden: [
        ...generic,
        './routes.ts',
        './service.ts',
        `../${sibling}/events.ts`,
        'koa',
        'node:fs',
        detour,
      ],
    },
    {
      file: `src/${name}/subscribe.ts`,
      message: "A service's subscription imports subscriber, and of its service only the events.",
      legal: ['./events.ts', '../subscriber/subscribe.ts'],
      forbidden: [...generic, './service.ts', './client.ts', `../${sibling}/events.ts`, 'nats', detour],
    },
    {
      file: `src/${name}/main.ts`,
      message: "A service's main imports the generic part, and of a sibling only its events.",
      legal: ['./routes.ts', '../core/decider.ts', ...generic, `../${sibling}/events.ts`, 'node:fs'],
      forbidden: [`../${sibling}/decider.ts`, `../${sibling}/routes.ts`, '../testing/given.ts', detour],
    },
  ];
}

const rules: readonly Rule[] = [
  {
    file: 'src/core/any.ts',
    message: 'core imports nothing but itself and its pure libraries.',
    legal: ['./other.ts', 'zod', 'sorted-btree', 'quick-lru'],
    forbidden: [...generic, '../laptops/events.ts', 'koa', 'nats', 'node:fs', 'fs', 'zod/v4', detour],
  },
  {
    file: 'src/nats/any.ts',
    message: 'nats imports core and itself.',
    legal: ['./other.ts', '../core/view.ts', 'nats', '@nats-io/jetstream', 'node:fs'],
    forbidden: ['../http/app.ts', '../runtime/run.ts', '../laptops/events.ts', './../http/app.ts', detour],
  },
  {
    file: 'src/http/any.ts',
    message: 'http imports core and itself.',
    legal: ['./other.ts', '../core/view.ts', 'koa', 'node:http'],
    forbidden: [
      '../nats/codec.ts',
      '../runtime/run.ts',
      '../laptops/events.ts',
      './../nats/codec.ts',
      detour,
    ],
  },
  {
    file: 'src/runtime/any.ts',
    message: 'runtime imports core, nats, http and itself.',
    legal: ['./other.ts', '../core/view.ts', '../nats/codec.ts', '../http/app.ts', 'pino', 'node:os'],
    forbidden: ['../laptops/events.ts', '../laptops/main.ts', './../laptops/events.ts', detour],
  },
  {
    file: 'src/client/any.ts',
    message: 'client imports core, zod and itself, so that it can be shipped alone.',
    legal: ['./other.ts', '../core/documents.ts', 'zod'],
    forbidden: [...generic, '../laptops/events.ts', 'koa', 'nats', 'node:crypto', detour],
  },
  {
    file: 'src/page/any.js',
    message: 'The page imports the modules that are served beside it.',
    legal: ['./other.js', './preact.js'],
    forbidden: [...generic, '../core/documents.ts', 'htm/preact/standalone', 'node:fs', './other.ts', detour],
  },
  {
    file: 'src/subscriber/subscribe.ts',
    message: 'subscriber imports core, nats and itself.',
    legal: ['./other.ts', '../core/documents.ts', '../nats/replay.ts', 'nats', '@nats-io/jetstream'],
    forbidden: [
      '../http/app.ts',
      '../runtime/run.ts',
      '../client/follow.ts',
      '../laptops/events.ts',
      './../http/app.ts',
      detour,
    ],
  },
  ...rulesOfService('laptops', 'ports'),
  ...rulesOfService('ports', 'laptops'),
  ...rulesOfService('chargers', 'laptops'),
];

/** Every way to write an import of what is forbidden, in a file of its own. */
const spellings: Readonly<Record<string, string>> = {
  'import-type': `import type { Codec } from '../nats/codec.ts';\nexport type Mine = Codec;`,
  'import-for-effect': `import '../nats/codec.ts';`,
  'import-dynamic': `export const codec = await import('../nats/codec.ts');`,
  'import-inline-type': `export type Codec = import('../nats/codec.ts').Codec;`,
  'import-equals': `import codec = require('../nats/codec.ts');\nexport { codec };`,
  'export-from': `export { codec } from '../nats/codec.ts';`,
  'export-all': `export * from '../nats/codec.ts';`,
  'export-type': `export type { Codec } from '../nats/codec.ts';`,
  require: `export const codec = require('../nats/codec.ts');`,
};

type Finding = { readonly line: number; readonly rule: string; readonly message: string };

/** Lints these files with the checkout's own configuration; gives the findings of each. */
function lint(files: ReadonlyMap<string, string>): (file: string) => readonly Finding[] {
  const root = mkdtempSync(join(tmpdir(), 'portside-lint-'));
  try {
    copyFileSync(join(checkout, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
    for (const [file, source] of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), `${source}\n`);
    }
    const program = join(checkout, 'node_modules', '.bin', 'oxlint');
    const { stdout, stderr } = spawnSync(program, ['--format', 'json'], { cwd: root, encoding: 'utf8' });
    const { diagnostics, number_of_files: seen } = parse(stdout, stderr);
    assert.is(seen, files.size);
    return (file) =>
      diagnostics
        .filter(({ filename }) => filename === file)
        .map(({ code, help, labels }) => ({
          line: labels[0]?.span.line ?? 0,
          rule: code,
          message: help ?? '',
        }));
  } finally {
    rmSync(root, { recursive: true });
  }
}

type Report = {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly help?: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
};

function parse(stdout: string, stderr: string): Report {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the linter's own format
    return JSON.parse(stdout) as Report;
  } catch (error) {
    throw new Error(`the linter gave no report: ${stdout}${stderr}`, { cause: error });
  }
}

const restricted = 'eslint(no-restricted-imports)';

// One file a rule, one import a line.
const ruleFiles = rules.map(
  ({ file, legal, forbidden }) =>
    [file, [...legal, ...forbidden].map((from) => `export * from '${from}';`).join('\n')] as const,
);
const spellingFiles = Object.entries(spellings).map(
  ([name, source]) => [`src/core/${name}.ts`, source] as const,
);
const testFile = ['src/core/any.test.ts', `export * from '../testing/given.ts';`] as const;
const findingsOf = lint(new Map([...ruleFiles, ...spellingFiles, testFile]));

const test = suite('imports run one way, and the linter says so');

for (const { file, message, legal, forbidden } of rules) {
  test(`${file} is refused exactly the imports that are forbidden there`, () => {
    const refusals = findingsOf(file).filter(({ rule }) => rule === restricted);
    const imports = [...legal, ...forbidden];
    assert.equal(new Set(refusals.map(({ line }) => imports[line - 1])), new Set(forbidden));
    assert.equal([...new Set(refusals.map((refusal) => refusal.message))], [message]);
  });
}

for (const [file] of spellingFiles) {
  test(`no way to write an import gets past: ${file}`, () => {
    // A require and an inline import() type are refused wherever they lead.
    const refusing = /no-restricted-imports|no-require-imports|consistent-type-imports/;
    assert.ok(findingsOf(file).some(({ rule }) => refusing.test(rule)));
  });
}

test('tests are free to import what they share', () => {
  assert.equal(findingsOf(testFile[0]), []);
});

test.run();

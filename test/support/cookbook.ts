/** A document whose commands are run and whose output is compared, so that it cannot say what is not so. */

import type { NatsCli, RunningCommand } from './broker/nats-cli.ts';

/** A fenced block of the document: commands after `$ `, and what each one prints. */
export type Recipe = {
  /** Where its first line stands in the document, from 0. */
  readonly at: number;
  /** `console live`: it runs in another terminal while the next block runs, and is then ended. */
  readonly isLive: boolean;
  readonly steps: readonly Step[];
};

export type Step = { readonly command: string; readonly output: string };

const fence = /^```console( live)?\n([^]*?)^```$/gm;

export function parseCookbook(document: string): Recipe[] {
  return Array.from(document.matchAll(fence), (match) => ({
    at: match.index,
    isLive: match[1] !== undefined,
    steps: (match[2] ?? '')
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [, command = '', output = ''] = /^((?:.*\\\n)*.*)\n?([^]*)$/.exec(step) ?? [];
        return { command, output };
      }),
  }));
}

/**
 * Runs every recipe in order; gives the document with what was really printed.
 *
 * @param awaitSubscriber resolves when somebody subscribes to events: `nats sub` says so before it is true.
 */
export async function runCookbook(
  document: string,
  nats: NatsCli,
  awaitSubscriber: () => Promise<void>,
): Promise<string> {
  const blocks: string[] = [];
  let live:
    | { readonly index: number; readonly command: string; readonly running: RunningCommand }
    | undefined;
  for (const { isLive, steps } of parseCookbook(document)) {
    if (isLive) {
      const [{ command } = { command: '' }] = steps;
      const running = nats.start(command);
      await awaitSubscriber();
      live = { index: blocks.push('') - 1, command, running };
      continue;
    }
    let block = '';
    for (const { command } of steps) block += await printed(nats, command);
    blocks.push('```console\n' + block + '```');
    if (live !== undefined) {
      const { output } = live.running;
      const { code } = await live.running.ended;
      if (code === null) throw new Error(`${live.command} did not end by itself`);
      blocks[live.index] = '```console live\n$ ' + live.command + '\n' + tidy(output()) + '```';
      live = undefined;
    }
  }
  return document.replaceAll(fence, () => blocks.shift() ?? '');
}

async function printed(nats: NatsCli, command: string): Promise<string> {
  // What wants a terminal gets one. Both outputs go one way, so that their order is the one that a person sees.
  const line = command.startsWith('nats stream view')
    ? `script -qec '${command}' /dev/null`
    : `exec 2>&1; ${command}`;
  const { code, stdout } = await nats.run(line);
  // It waited for a key at a terminal, or for a message that never came.
  if (code === null) throw new Error(`${command} did not end by itself`);
  return `$ ${command}\n${tidy(stdout)}`;
}

/** Without the empty lines around it and the spaces at the ends of lines, which say nothing. */
function tidy(output: string): string {
  const text = output
    .replaceAll(/[ \t\r]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '')
    .replaceAll(/\n{3,}/g, '\n\n');
  return text === '' ? '' : `${text}\n`;
}

/** What differs from run to run, each kind under one name: then two runs print the same. */
const volatile: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/_INBOX\.[\w.]+/g, '<inbox>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, '<date>'],
  [/^\d\d:\d\d:\d\d\b/gm, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9A-Z]{22}\b/g, '<nuid>'],
  [/\b(\d+(\.\d+)?(h|m|s|ms|µs|ns))+\b/g, '<duration>'],
  [/"replica": "[^"]+"/g, '"replica": <replica>'],
  [/"id":\d{12,}/g, '"id":<id>'],
  [/events\.\d{12,}/g, 'events.<id>'],
  [/\bVersion: \d+\.\d+\.\d+/g, 'Version: <version>'],
  [/│ \d+\.\d+\.\d+ +│/g, '│ <version> │'],
];

/** Equal for two documents that differ only in times, ids, versions, and what has no order. */
export function normalizeOutput(document: string): string {
  const named = volatile.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), document);
  const lines = named
    // Columns are as wide as what is in them.
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/─+/g, '─')
    // Services come in any order, and only the first one of a version has it in its line.
    .replaceAll(/│ │ <nuid>/g, '│ <version> │ <nuid>')
    .split('\n');
  // The headers of a message come in any order, too.
  const isUnordered = (line = '') => /^ ?(<time> )?(Nats|Portside|Stream)-[\w-]+: |^│.*<nuid>/.test(line);
  const sorted: string[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from;
    while (isUnordered(lines[to])) to += 1;
    sorted.push(...lines.slice(from, to).toSorted());
    if (to === from) sorted.push(lines[to++] ?? '');
    from = to;
  }
  return sorted.join('\n');
}

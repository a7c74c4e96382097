/** Executes the console examples of a Markdown document, so that a test can compare their output with the document. */

import type { NatsCli, RunningCommand } from './broker/nats-cli.ts';

/** A fenced `console` block: commands after `$ `, each followed by its output. */
export type Recipe = {
  /** Offset of the block in the document. */
  readonly at: number;
  /** True for `console live`: the command runs in another terminal while the next block is executed. */
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
 * Executes every recipe in order and returns the document with the actual output.
 *
 * @param awaitSubscriber resolves when a client has subscribed to a subject. `nats sub` reports the subscription
 *   before the server has processed it.
 */
export async function runCookbook(
  document: string,
  nats: NatsCli,
  awaitSubscriber: (subject: string) => Promise<void>,
): Promise<string> {
  const blocks: string[] = [];
  let live:
    | { readonly index: number; readonly command: string; readonly running: RunningCommand }
    | undefined;
  for (const { isLive, steps } of parseCookbook(document)) {
    if (isLive) {
      const [{ command } = { command: '' }] = steps;
      const running = nats.start(command);
      await awaitSubscriber(/'([^']+)'/.exec(command)?.[1] ?? '');
      live = { index: blocks.push('') - 1, command, running };
      continue;
    }
    let block = '';
    for (const { command } of steps) block += await execute(nats, command);
    blocks.push('```console\n' + block + '```');
    if (live !== undefined) {
      const { output } = live.running;
      const { code } = await live.running.ended;
      if (code === null) throw new Error(`${live.command} did not exit`);
      blocks[live.index] = '```console live\n$ ' + live.command + '\n' + trimOutput(output()) + '```';
      live = undefined;
    }
  }
  return document.replaceAll(fence, () => blocks.shift() ?? '');
}

async function execute(nats: NatsCli, command: string): Promise<string> {
  // `nats stream view` needs a terminal. For other commands, standard error is redirected to preserve the order of lines.
  const line = command.startsWith('nats stream view')
    ? `script -qec '${command}' /dev/null`
    : `exec 2>&1; ${command}`;
  const { code, stdout } = await nats.run(line);
  // The command waited for a key press or for a message until it was killed.
  if (code === null) throw new Error(`${command} did not exit`);
  return `$ ${command}\n${trimOutput(stdout)}`;
}

/** Removes leading, trailing and repeated empty lines, and trailing white space. */
function trimOutput(output: string): string {
  const text = output
    .replaceAll(/[ \t\r]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '')
    .replaceAll(/\n{3,}/g, '\n\n');
  return text === '' ? '' : `${text}\n`;
}

/** Values that differ between runs, with their placeholders. */
const volatile: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/_INBOX\.[\w.]+/g, '<inbox>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, '<date>'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<date>'],
  [/^\d\d:\d\d:\d\d\b/gm, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9A-Za-z]{22}\b/g, '<nuid>'],
  [/\b(\d+(\.\d+)?(h|m|s|ms|µs|ns))+\b/g, '<duration>'],
  [/"replica": "[^"]+"/g, '"replica": <replica>'],
  [/"id":\d{12,}/g, '"id":<id>'],
  [/events\.\d{12,}/g, 'events.<id>'],
  [/\bVersion: \d+\.\d+\.\d+/g, 'Version: <version>'],
  [/│ \d+\.\d+\.\d+ +│/g, '│ <version> │'],
];

/**
 * Replaces volatile values with placeholders and sorts unordered lines. Two documents that differ only in times, ids,
 * versions and the order of unordered lines have the same result.
 */
export function normaliseOutput(document: string): string {
  const named = volatile.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), document);
  const lines = named
    // Column widths depend on their contents.
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/─+/g, '─')
    // Services are listed in any order, and only the first service of a version shows the version.
    .replaceAll(/│ │ <nuid>/g, '│ <version> │ <nuid>')
    .split('\n');
  // Message headers are printed in any order.
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

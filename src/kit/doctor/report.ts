import type { Finding } from './finding.ts';

const marks = { ok: '✓', warning: '!', failure: '✗' } as const satisfies Record<Finding['verdict'], string>;

/** Returns one aligned line per finding, followed by its remedy, and the number of findings per verdict. */
export function formatReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = `\n${' '.repeat(width + 4)}`;
  const lines = findings.map((finding) => {
    const { name, verdict, detail } = finding;
    const remedy = verdict === 'ok' ? '' : `\n→ ${finding.remedy}`;
    return `${marks[verdict]} ${name.padEnd(width)}  ${(detail + remedy).replaceAll('\n', indent)}`;
  });
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const countNoun = (verdict: Finding['verdict']) =>
    `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${countNoun('warning')}, ${countNoun('failure')}\n`;
}

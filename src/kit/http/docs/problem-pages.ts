/** The pages that the `type` of problem documents links to, and their index. */

import { problemCodes, type ProblemCode } from '../../domain/problem.ts';
import { escapeHtml, renderPage } from './html.ts';
import { problemKinds } from '../../api/responses/problem-document.ts';

export function renderProblemPage(code: ProblemCode): string {
  const { status, title, explanation } = problemKinds[code];
  return renderPage({
    title,
    body: `<main>
<h1>${escapeHtml(title)}</h1>
<p><code>${escapeHtml(code)}</code>, HTTP status ${status}</p>
<p>${escapeHtml(explanation)}</p>
</main>
<nav><a href="/problems">All problems</a> · <a href="/docs">The API</a></nav>
`,
  });
}

export function renderProblemIndex(): string {
  const items = problemCodes.map((code) => {
    const { status, title } = problemKinds[code];
    return `<li><a href="/problems/${code}">${escapeHtml(title)}</a> (<code>${escapeHtml(code)}</code>, ${status})</li>\n`;
  });
  return renderPage({
    title: 'Problems',
    body: `<main>
<h1>Problems</h1>
<p>The problem documents (RFC 9457) that this service returns when it cannot fulfil a request.</p>
<ul>
${items.join('')}</ul>
</main>
<nav><a href="/docs">The API</a></nav>
`,
  });
}

/** Extracts metrics and labels from a PromQL expression. Supports only the syntax used in `observability/`. */

export type Query = {
  /** Each metric with the labels of its selector. */
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels in `by`, `on` and similar clauses. */
  readonly groupings: readonly string[];
};

/** Functions and keywords. A word that is not in this list is treated as a metric. */
const keywords: ReadonlySet<string> = new Set(
  'absent clamp_min count histogram_quantile increase label_values max rate sum time and or unless bool offset'.split(
    ' ',
  ),
);

export function parseQuery(expression: string): Query {
  const groupings: string[] = [];
  const metrics: { name: string; labels: string[] }[] = [];
  const rest = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(
      /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g,
      (_all, list: string) => {
        groupings.push(...(list.match(/\w+/g) ?? []));
        return '';
      },
    )
    .replaceAll(/label_values\((\w+), (\w+)\)/g, '$1{$2=""}');
  for (const [, name = '', labels = ''] of rest.matchAll(/\b([A-Za-z_]\w*)\b(?:\s*\{([^}]*)\})?/g)) {
    if (keywords.has(name)) continue;
    metrics.push({ name, labels: Array.from(labels.matchAll(/(\w+)\s*[=!]/g), ([, label = '']) => label) });
  }
  return { metrics, groupings };
}

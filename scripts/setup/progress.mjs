/** Shows the progress of the setup: updated in place on a terminal, as plain lines elsewhere. */

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 10_000;

/**
 * @typedef {object} Step
 * @property {(detail: string) => void} update sets the status, for example "40 %"
 * @property {(result: string) => void} end
 */
/**
 * @typedef {object} Progress
 * @property {(line: string) => void} print
 * @property {(label: string) => Step} begin
 */
/**
 * @typedef {object} Output
 * @property {(text: string) => unknown} write
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 */

/**
 * @param {Output} output
 * @returns {Progress}
 */
export function createProgress(output) {
  const isTerminal = output.isTTY === true;
  const write = (/** @type {string} */ line) =>
    output.write(`${isTerminal ? '\r\x1b[2K' : ''}setup: ${line}\n`);

  return {
    print: write,
    begin(label) {
      const startedAt = performance.now();
      const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      let detail = '';
      const show = () => {
        const line = `${label} … ${[detail, elapsed()].filter((part) => part !== '').join(', ')}`;
        if (isTerminal) output.write(`\r\x1b[2K${`setup: ${line}`.slice(0, (output.columns || 80) - 1)}`);
        else write(line);
      };
      if (isTerminal) show();
      else write(`${label} …`);
      const timer = setInterval(show, isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
      timer.unref();
      return {
        update(text) {
          detail = text;
        },
        end(result) {
          clearInterval(timer);
          write(`${label}: ${result} (${elapsed()})`);
        },
      };
    },
  };
}

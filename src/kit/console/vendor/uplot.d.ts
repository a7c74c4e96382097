/** What the service serves as `/page/uplot.js`. */
import type uPlot from 'uplot';

declare const plot: typeof uPlot;
// So the library has it.
// oxlint-disable-next-line import/no-default-export
export { plot as default };

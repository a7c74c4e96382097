/** Types of `/page/uplot.js`. */
import type uPlot from 'uplot';

declare const plot: typeof uPlot;
// uPlot has a default export.
// oxlint-disable-next-line import/no-default-export
export { plot as default };

/** Stands in for linkedom in the browser (vite.config.ts): figures are drawn by the page's own DOM. */
export const parseHTML = () => ({ document: globalThis.document });

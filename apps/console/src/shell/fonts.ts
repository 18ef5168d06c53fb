// The typefaces of Grafana, which its package names and does not carry.
import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/roboto-mono/wght.css';

export const SANS = "'Inter Variable', 'Helvetica', 'Arial', sans-serif";
export const MONO = "'Roboto Mono Variable', monospace";

// @grafana/ui measures text, to choose sizes, in a typeface of the name 'Inter', whatever the theme's is called.
const measured = new FontFace('Inter', `url(${latin}) format('woff2')`, { weight: '100 900' });
document.fonts.add(measured);
// Without it text is measured in another typeface, and fits a little less well.
measured.load().catch(() => undefined);

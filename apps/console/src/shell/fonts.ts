// The typefaces of Grafana, which its package names and does not carry.
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/roboto-mono/wght.css';

export const SANS = "'Inter Variable', 'Helvetica', 'Arial', sans-serif";
export const MONO = "'Roboto Mono Variable', monospace";

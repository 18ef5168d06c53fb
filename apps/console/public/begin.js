// Before the first paint: where Grafana's components find their icons, and the theme, so that nothing flashes.
window.__grafana_public_path__ = '/public/';
try {
  const chosen = localStorage.getItem('fieldstream.theme');
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && !matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.style.background = isDark ? '#111217' : '#f4f5f5';
} catch {
  // Storage may be forbidden; the theme then follows the system.
}

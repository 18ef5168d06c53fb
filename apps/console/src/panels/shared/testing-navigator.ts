/** For unit tests in Node 20, which has no `navigator`: Grafana's date formats ask it for the languages of the browser. */
export function withNavigator(): void {
  if ('navigator' in globalThis) return;
  Object.defineProperty(globalThis, 'navigator', { value: { language: 'en-GB', languages: ['en-GB'] } });
}

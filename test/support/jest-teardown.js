/** After the last test: ends what `jest-setup.js` started, and removes every data folder of the run. */
export default async function teardown() {
  await globalThis.fieldstreamTestRun?.close();
}

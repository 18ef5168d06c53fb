import { ADMIN_TOOL_CASES } from './cases/java/admin.js';
import { findTools, withTools } from './cases/java/java-tools.js';
import { RECORD_TOOL_CASES } from './cases/java/records.js';
import { describeContract } from './support/describe-contract.js';

const tools = await findTools();
const jarsDir = tools.missing === undefined ? tools.jarsDir : '';
describeContract("Kafka's own tools", withTools([...ADMIN_TOOL_CASES, ...RECORD_TOOL_CASES], jarsDir), {
  missing: tools.missing,
});

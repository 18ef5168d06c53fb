import { javaCases } from './cases/java/cases.js';
import { findTools } from './cases/java/java-tools.js';
import { describeContract } from './support/describe-contract.js';

const tools = await findTools();
describeContract("Kafka's own tools", javaCases(tools.missing === undefined ? tools.jarsDir : ''), {
  missing: tools.missing,
});

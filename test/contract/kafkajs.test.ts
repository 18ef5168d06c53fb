import { OFFSET_CASES } from './cases/kafkajs/offsets.js';
import { RECORD_CASES } from './cases/kafkajs/records.js';
import { TOPIC_CASES } from './cases/kafkajs/topics.js';
import { describeContract } from './support/describe-contract.js';

describeContract('kafkajs', [...RECORD_CASES, ...TOPIC_CASES, ...OFFSET_CASES]);

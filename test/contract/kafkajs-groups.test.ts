import { GROUP_CASES } from './cases/kafkajs/groups.js';
import { RESTART_CASES } from './cases/kafkajs/restart.js';
import { describeContract } from './support/describe-contract.js';

describeContract('kafkajs in groups', [...GROUP_CASES, ...RESTART_CASES]);

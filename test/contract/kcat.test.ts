import { hasProgram } from '../../deploy/stack/command.js';
import { KCAT_CASES } from './cases/kcat/cases.js';
import { describeContract } from './support/describe-contract.js';

const missing = hasProgram('kcat') ? undefined : 'kcat is missing (apt-get install kcat)';
describeContract('kcat', KCAT_CASES, { missing });

import { FETCH_CASES } from './cases/raw/fetch.js';
import { FRAME_CASES } from './cases/raw/frames.js';
import { GROUP_PROTOCOL_CASES } from './cases/raw/groups.js';
import { PRODUCE_CASES } from './cases/raw/produce.js';
import { RAW_RESTART_CASES } from './cases/raw/restart.js';
import { describeContract } from './support/describe-contract.js';

describeContract('the bare protocol', [
  ...FRAME_CASES,
  ...PRODUCE_CASES,
  ...FETCH_CASES,
  ...GROUP_PROTOCOL_CASES,
  ...RAW_RESTART_CASES,
]);

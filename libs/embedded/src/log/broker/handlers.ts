import { type Broker } from './broker.js';
import { type Handler } from './handler.js';
import { apiVersionsHandler } from './handlers/api-versions.js';
import { createPartitionsHandler } from './handlers/create-partitions.js';
import { createTopicsHandler } from './handlers/create-topics.js';
import { deleteRecordsHandler } from './handlers/delete-records.js';
import { deleteTopicsHandler } from './handlers/delete-topics.js';
import { describeClusterHandler } from './handlers/describe-cluster.js';
import { describeConfigsHandler } from './handlers/describe-configs.js';
import { fetchHandler } from './handlers/fetch.js';
import { findCoordinatorHandler } from './handlers/find-coordinator.js';
import { groupHandlers } from './handlers/groups.js';
import { incrementalAlterConfigsHandler } from './handlers/incremental-alter-configs.js';
import { initProducerIdHandler } from './handlers/init-producer-id.js';
import { listOffsetsHandler } from './handlers/list-offsets.js';
import { metadataHandler } from './handlers/metadata.js';
import { produceHandler } from './handlers/produce.js';

/** Everything that is answered. An API is one file in `handlers` and its line here. */
export const allHandlers = (broker: Broker): Handler[] => [
  produceHandler(broker),
  fetchHandler(broker),
  listOffsetsHandler(broker),
  metadataHandler(broker),
  apiVersionsHandler(),
  createTopicsHandler(broker),
  deleteTopicsHandler(broker),
  createPartitionsHandler(broker),
  deleteRecordsHandler(broker),
  describeConfigsHandler(broker),
  incrementalAlterConfigsHandler(broker),
  initProducerIdHandler(broker),
  findCoordinatorHandler(),
  describeClusterHandler(broker),
  ...groupHandlers(broker),
];

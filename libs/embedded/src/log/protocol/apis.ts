import { type Api } from './api.js';
import { apiVersions } from './messages/api-versions.js';
import { createPartitions } from './messages/create-partitions.js';
import { createTopics } from './messages/create-topics.js';
import { deleteGroups } from './messages/delete-groups.js';
import { deleteRecords } from './messages/delete-records.js';
import { deleteTopics } from './messages/delete-topics.js';
import { describeCluster } from './messages/describe-cluster.js';
import { describeConfigs } from './messages/describe-configs.js';
import { describeGroups } from './messages/describe-groups.js';
import { fetchApi } from './messages/fetch.js';
import { findCoordinator } from './messages/find-coordinator.js';
import { heartbeat } from './messages/heartbeat.js';
import { incrementalAlterConfigs } from './messages/incremental-alter-configs.js';
import { initProducerId } from './messages/init-producer-id.js';
import { joinGroup } from './messages/join-group.js';
import { leaveGroup } from './messages/leave-group.js';
import { listGroups } from './messages/list-groups.js';
import { listOffsets } from './messages/list-offsets.js';
import { metadata } from './messages/metadata.js';
import { offsetCommit } from './messages/offset-commit.js';
import { offsetDelete } from './messages/offset-delete.js';
import { offsetFetch } from './messages/offset-fetch.js';
import { produce } from './messages/produce.js';
import { syncGroup } from './messages/sync-group.js';

const ALL: readonly Api[] = [
  produce,
  fetchApi,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  describeConfigs,
  createPartitions,
  deleteGroups,
  incrementalAlterConfigs,
  offsetDelete,
  describeCluster,
];

/** Every API spoken here, by its key. */
export const APIS: ReadonlyMap<number, Api> = new Map(ALL.map((api) => [api.key, api]));

/**
 * What ApiVersions answers. Produce is offered from version 0 on although 0 to 2 are refused, as Apache Kafka 4 does:
 * librdkafka takes the absence of those versions for the absence of compression (KAFKA-18659).
 */
export const OFFERED_VERSIONS: readonly {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}[] = ALL.map((api) => ({
  apiKey: api.key,
  minVersion: api === produce ? 0 : api.minVersion,
  maxVersion: api.maxVersion,
}));

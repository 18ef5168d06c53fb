import { deleteGroups } from '../../protocol/messages/delete-groups.js';
import { describeGroups } from '../../protocol/messages/describe-groups.js';
import { heartbeat } from '../../protocol/messages/heartbeat.js';
import { joinGroup } from '../../protocol/messages/join-group.js';
import { leaveGroup } from '../../protocol/messages/leave-group.js';
import { listGroups } from '../../protocol/messages/list-groups.js';
import { offsetCommit } from '../../protocol/messages/offset-commit.js';
import { offsetDelete } from '../../protocol/messages/offset-delete.js';
import { offsetFetch } from '../../protocol/messages/offset-fetch.js';
import { syncGroup } from '../../protocol/messages/sync-group.js';
import { type Broker } from '../broker.js';
import { answer, type Handler, type RequestContext } from '../handler.js';

/** All that the group coordinator answers. */
export const groupHandlers = ({ groups }: Broker): Handler[] => [
  answer(joinGroup, (request, context) => groups.joinGroup(request, callerOf(context))),
  answer(syncGroup, (request) => groups.syncGroup(request)),
  answer(heartbeat, (request) => groups.heartbeat(request)),
  answer(leaveGroup, (request, context) => groups.leaveGroup(request, callerOf(context))),
  answer(offsetCommit, (request, context) => groups.offsetCommit(request, callerOf(context))),
  answer(offsetFetch, (request, context) => groups.offsetFetch(request, callerOf(context))),
  answer(offsetDelete, (request) => groups.offsetDelete(request)),
  answer(listGroups, (request) => groups.listGroups(request)),
  answer(describeGroups, (request) => groups.describeGroups(request)),
  answer(deleteGroups, (request) => groups.deleteGroups(request)),
];

/** Kafka shows the host with a slash in front, as Java writes an address without a name. */
function callerOf({ clientId, peer, version }: RequestContext): {
  clientId: string;
  clientHost: string;
  version: number;
} {
  return { clientId, clientHost: `/${peer.host}`, version };
}

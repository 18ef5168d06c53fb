import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/** Bare Aedes that lets every publish pass at once: what an MQTT server in one Node process can do at all. */
const broker = await Aedes.createBroker({
  authorizePublish: (_client, _packet, callback) => callback(null),
});
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
process.on('disconnect', () => process.exit(0));

import { EmbeddedDatabase } from '../../libs/embedded/src/database/embedded-database.js';
import { silent } from './timescale-flavours.js';

/** A process of its own for tests that kill it: serves the folder of its argument, and prints the database's URL. */
const [, , dataDir = ''] = process.argv;
const database = await EmbeddedDatabase.open({ dataDir, logger: silent });
process.stdout.write(`${database.url}\n`);

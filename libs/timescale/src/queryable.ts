import type pg from 'pg';

/** What runs a statement: a pool, or the client that holds a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** Roles belong to the whole server, so all tests give `grafana_reader` the same password. */
export const READER_PASSWORD = 'password-of-the-reader-in-tests';

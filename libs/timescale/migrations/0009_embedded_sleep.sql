-- The embedded engine is one thread without signals: whoever sleeps there keeps everybody else waiting, and no timeout ends
-- it. A server has a process for each client and ends a sleep in time; there nothing is changed.
DO $$
BEGIN
  IF version() LIKE '%emcc%' THEN
    REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep_for(interval) FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep_until(timestamptz) FROM PUBLIC;
  END IF;
END
$$;

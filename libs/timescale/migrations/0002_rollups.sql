-- Hours and days from the minutes: continuous aggregates where the edition has them, else plain views with the same
-- columns. Sums of sums and firsts of firsts are exact, so both give the same rows.

DO $$
DECLARE
  community boolean := current_setting('timescaledb.license') = 'timescale';
  level record;
BEGIN
  FOR level IN SELECT * FROM (VALUES ('reading_1h', '1 hour'), ('reading_1d', '1 day')) AS l (name, width) LOOP
    EXECUTE format(
      'CREATE %s VIEW %I %s AS
       SELECT time_bucket(INTERVAL %L, bucket) AS bucket, series_id,
              sum(count)::bigint AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max,
              first(first, first_time) AS first, min(first_time) AS first_time,
              last(last, last_time) AS last, max(last_time) AS last_time
       FROM reading_1m GROUP BY 1, 2 %s',
      CASE WHEN community THEN 'MATERIALIZED' ELSE '' END, level.name,
      CASE WHEN community THEN 'WITH (timescaledb.continuous, timescaledb.materialized_only = false)' ELSE '' END,
      level.width,
      CASE WHEN community THEN 'WITH NO DATA' ELSE '' END);
  END LOOP;
  IF community THEN
    PERFORM add_continuous_aggregate_policy('reading_1h', start_offset => NULL,
      end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '10 minutes');
    PERFORM add_continuous_aggregate_policy('reading_1d', start_offset => NULL,
      end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '1 hour');
    -- Past the horizon for late data: inserting into compressed chunks is slow.
    EXECUTE 'ALTER TABLE reading SET (timescaledb.compress, timescaledb.compress_segmentby = ''series_id'', timescaledb.compress_orderby = ''time DESC'')';
    PERFORM add_compression_policy('reading', INTERVAL '14 days');
  END IF;
END
$$;

-- Newest value of each series by observation time, not by arrival. A view: it costs the writers nothing, and a
-- look-up descends one index per series.
CREATE VIEW latest AS
SELECT s.series_id, s.device_id, s.metric, s.unit,
       greatest(n.last_time, t.until_time) AS time,
       CASE WHEN t.until_time IS NULL OR n.last_time >= t.until_time THEN n.last END AS value,
       CASE WHEN n.last_time IS NULL OR t.until_time >= n.last_time THEN t.value END AS text
FROM series s
LEFT JOIN LATERAL (SELECT last, last_time FROM reading_1m m WHERE m.series_id = s.series_id
                   ORDER BY bucket DESC LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT value, until_time FROM reading_text x WHERE x.series_id = s.series_id
                   ORDER BY time DESC LIMIT 1) t ON true
WHERE n.last_time IS NOT NULL OR t.until_time IS NOT NULL;

-- What dashboard panels ask. Functions rather than views, because the series must be known before the rollups are
-- read: a join on top of the hours or days would aggregate every series first. They run with their owner's rights, so
-- that the dashboard role needs none on the tables, and take their arguments as values only.

-- The resolution for a time range: the thresholds of `resolutionFor` in libs/domain.
CREATE FUNCTION dashboard.resolution(range_from timestamptz, range_to timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN range_to - range_from <= INTERVAL '6 hours' THEN 'raw'
  WHEN range_to - range_from <= INTERVAL '96 hours' THEN '1m'
  WHEN range_to - range_from <= INTERVAL '2160 hours' THEN '1h'
  ELSE '1d'
END;

-- Readings of one device in buckets of `interval_ms`, rounded up to whole buckets of the resolution: mean, least and
-- greatest value of each. The first bucket is whole, so it may begin before `range_from`. Where raw readings are past
-- their retention, minutes stand in.
CREATE FUNCTION dashboard.readings(
  device text, metrics text[], range_from timestamptz, range_to timestamptz, interval_ms bigint
) RETURNS TABLE ("time" timestamptz, metric text, value double precision, min double precision, max double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  resolution text := dashboard.resolution(range_from, range_to);
  source text;
  ids int[];
  base_ms bigint;
  width interval;
BEGIN
  SELECT array_agg(s.series_id) INTO ids FROM series s
  WHERE s.device_id = readings.device AND s.metric = ANY (readings.metrics);
  IF ids IS NULL THEN RETURN; END IF;

  IF resolution = 'raw' THEN
    width := make_interval(secs => greatest(interval_ms, 1) / 1000.0);
    -- Planned anew at each call, here and below: only a plan that sees the times leaves the other chunks out.
    RETURN QUERY EXECUTE
      'SELECT g.time, s.metric, g.value, g.min, g.max
       FROM (SELECT time_bucket($2, r.time) AS time, series_id, avg(r.value) AS value, min(r.value), max(r.value)
             FROM reading r WHERE series_id = ANY ($1) AND r.time >= time_bucket($2, $3) AND r.time <= $4
             GROUP BY 1, 2) g
       JOIN series s USING (series_id) ORDER BY 1, 2'
      USING ids, width, range_from, range_to;
    IF FOUND THEN RETURN; END IF;
    resolution := '1m';
  END IF;

  base_ms := CASE resolution WHEN '1m' THEN 60000 WHEN '1h' THEN 3600000 ELSE 86400000 END;
  width := make_interval(secs => greatest(ceil(interval_ms / base_ms::numeric), 1)::double precision * base_ms / 1000);
  -- Where hours and days are plain views, aggregating the minutes once is three times as fast as aggregating twice.
  source := 'reading_' || resolution;
  IF NOT EXISTS (SELECT FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = source) THEN
    source := 'reading_1m';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT g.time, s.metric, g.sum / g.count, g.min, g.max
     FROM (SELECT time_bucket($2, bucket) AS time, series_id, sum(sum), sum(count) AS count, min(min), max(max)
           FROM %I WHERE series_id = ANY ($1) AND bucket >= time_bucket($2, $3) AND bucket <= $4
           GROUP BY 1, 2) g
     JOIN series s USING (series_id) ORDER BY 1, 2', source)
    USING ids, width, range_from, range_to;
END
$$;

-- Text states of one device: each change in the range, and before them the state that held when the range began.
CREATE FUNCTION dashboard.states(device text, metrics text[], range_from timestamptz, range_to timestamptz)
RETURNS TABLE ("time" timestamptz, metric text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT greatest(t.time, range_from), s.metric, t.value
  FROM series s, LATERAL (
    (SELECT r.time, r.value FROM reading_text r WHERE r.series_id = s.series_id AND r.time < range_from
     ORDER BY r.time DESC LIMIT 1)
    UNION ALL
    SELECT r.time, r.value FROM reading_text r
    WHERE r.series_id = s.series_id AND r.time >= range_from AND r.time <= range_to) t
  WHERE s.device_id = states.device AND s.metric = ANY (metrics)
  ORDER BY 1, 2
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA dashboard FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dashboard TO grafana_reader;

-- The plain views over hours and days aggregate every series before a join picks one; per series they do not.
-- Continuous aggregates are stored, so there the join is right.
DO $$
DECLARE
  level record;
BEGIN
  FOR level IN SELECT * FROM (VALUES ('reading_1h', '1 hour'), ('reading_1d', '1 day')) AS l (name, width)
    WHERE NOT EXISTS (SELECT FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = l.name)
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE VIEW dashboard.%I AS
       SELECT r.bucket, s.device_id, s.metric, r.count, r.sum, r.min, r.max, r.first, r.first_time, r.last, r.last_time
       FROM series s, LATERAL (
         SELECT time_bucket(INTERVAL %L, m.bucket) AS bucket,
                sum(count)::bigint AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max,
                first(first, first_time) AS first, min(first_time) AS first_time,
                last(last, last_time) AS last, max(last_time) AS last_time
         FROM reading_1m m WHERE m.series_id = s.series_id GROUP BY 1) r',
      level.name, level.width);
  END LOOP;
END
$$;

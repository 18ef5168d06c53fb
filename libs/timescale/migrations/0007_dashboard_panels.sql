-- What the panels over many devices ask. As in 0004, functions that run with their owner's rights and take their
-- arguments as values only. Where a list of devices or sites holds `#`, it stands for all: no device's ID has that character.

-- A device's site is its label `site`.
CREATE OR REPLACE VIEW dashboard.device AS
  SELECT device_id, coalesce(name, device_id) AS name, labels, first_seen, presence, presence_at,
         coalesce(nullif(labels->>'site', ''), 'no site') AS site
  FROM device;

-- Where the buckets of a resolution are read: where hours and days are plain views, aggregating the minutes once is three
-- times as fast as aggregating twice.
CREATE FUNCTION dashboard.bucket_source(resolution text) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN EXISTS (SELECT FROM timescaledb_information.continuous_aggregates c
                           WHERE c.view_name = 'reading_' || resolution)
    THEN 'reading_' || resolution ELSE 'reading_1m' END
$$;

-- Width of the buckets of a panel: its interval, rounded up to whole buckets of the resolution.
CREATE FUNCTION dashboard.bucket_width(resolution text, interval_ms bigint) RETURNS interval
LANGUAGE sql IMMUTABLE AS $$
  SELECT make_interval(secs => greatest(ceil(interval_ms / base_ms), 1)::double precision * base_ms::double precision / 1000)
  FROM (SELECT CASE resolution WHEN 'raw' THEN 1 WHEN '1m' THEN 60000 WHEN '1h' THEN 3600000 ELSE 86400000 END::numeric
          AS base_ms) base
$$;

-- The finest resolution that reads at most 100,000 buckets of so many series; days where none does.
CREATE FUNCTION dashboard.resolution_of_many(series bigint, range_from timestamptz, range_to timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN series * seconds / 60 <= 100000 THEN '1m' WHEN series * seconds / 3600 <= 100000 THEN '1h' ELSE '1d' END
  FROM (SELECT extract(epoch FROM range_to - range_from) AS seconds) span
$$;

-- Readings of chosen series in buckets: mean, least and greatest value of each. The first bucket is whole, so it may begin
-- before `range_from`. Where raw readings are past their retention, minutes stand in.
CREATE FUNCTION dashboard.buckets(ids int[], range_from timestamptz, range_to timestamptz, interval_ms bigint)
RETURNS TABLE ("time" timestamptz, series_id int, value double precision, min double precision, max double precision)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  resolution text := dashboard.resolution(range_from, range_to);
BEGIN
  IF ids IS NULL THEN RETURN; END IF;
  IF resolution = 'raw' THEN
    -- Planned anew at each call, here and below: only a plan that sees the times leaves the other chunks out.
    RETURN QUERY EXECUTE
      'SELECT time_bucket($2, r.time), series_id, avg(r.value), min(r.value), max(r.value)
       FROM reading r WHERE series_id = ANY ($1) AND r.time >= time_bucket($2, $3) AND r.time <= $4
       GROUP BY 1, 2'
      USING ids, dashboard.bucket_width('raw', interval_ms), range_from, range_to;
    IF FOUND THEN RETURN; END IF;
    resolution := '1m';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT time_bucket($2, bucket), series_id, sum(sum) / sum(count), min(min), max(max)
     FROM %I WHERE series_id = ANY ($1) AND bucket >= time_bucket($2, $3) AND bucket <= $4
     GROUP BY 1, 2', dashboard.bucket_source(resolution))
    USING ids, dashboard.bucket_width(resolution, interval_ms), range_from, range_to;
END
$$;

-- As in 0004; the resolution is chosen above, once for all panels.
CREATE OR REPLACE FUNCTION dashboard.readings(
  device text, metrics text[], range_from timestamptz, range_to timestamptz, interval_ms bigint
) RETURNS TABLE ("time" timestamptz, metric text, value double precision, min double precision, max double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.time, s.metric, b.value, b.min, b.max
  FROM dashboard.buckets(
         (SELECT array_agg(x.series_id) FROM series x
          WHERE x.device_id = readings.device AND x.metric = ANY (readings.metrics)),
         range_from, range_to, interval_ms) b
  JOIN series s USING (series_id)
  ORDER BY 1, 2
$$;

-- The series of one metric of the chosen devices.
CREATE FUNCTION dashboard.chosen_series(metric text, sites text[], devices text[]) RETURNS int[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT array_agg(s.series_id) FROM series s JOIN dashboard.device d USING (device_id)
  WHERE s.metric = chosen_series.metric AND ('#' = ANY (sites) OR d.site = ANY (sites))
    AND ('#' = ANY (devices) OR s.device_id = ANY (devices))
$$;

-- One metric of many devices over a time range, a row a device, in the order of `ranking`: highest-mean, lowest-mean,
-- highest-max, lowest-min, highest-last, lowest-last or widest-spread. `measure` is what they are ranked by; `place` counts
-- from 1, `place_from_end` from the other end. `label` is the device's name, with its ID where others have that name.
CREATE FUNCTION dashboard.statistics(
  metric text, sites text[], devices text[], range_from timestamptz, range_to timestamptz, ranking text
) RETURNS TABLE (place bigint, place_from_end bigint, device_id text, label text, site text, unit text,
                 measure double precision, min double precision, mean double precision, max double precision,
                 last double precision, last_time timestamptz, readings bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ids int[] := dashboard.chosen_series(metric, sites, devices);
  resolution text := dashboard.resolution_of_many(cardinality(ids), range_from, range_to);
BEGIN
  IF ids IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'SELECT row_number() OVER (ORDER BY direction * measure, r.device_id),
            row_number() OVER (ORDER BY direction * measure DESC, r.device_id DESC),
            r.device_id, CASE WHEN count(*) OVER (PARTITION BY name) = 1 THEN name ELSE name || '' ('' || r.device_id || '')'' END,
            site, unit, measure, min, mean, max, last, last_time, count
     FROM (SELECT s.device_id, d.name, d.site, s.unit, g.*,
                  CASE WHEN $5 LIKE ''%%-max'' THEN max WHEN $5 LIKE ''%%-min'' THEN min WHEN $5 LIKE ''%%-last'' THEN last
                       WHEN $5 = ''widest-spread'' THEN max - min ELSE mean END AS measure,
                  CASE WHEN $5 LIKE ''lowest-%%'' THEN 1 ELSE -1 END AS direction
           FROM (SELECT series_id, min(min), sum(sum) / sum(count) AS mean, max(max), last(last, last_time),
                        max(last_time) AS last_time, sum(count)::bigint AS count
                 FROM %I WHERE series_id = ANY ($1) AND bucket >= time_bucket($2, $3) AND bucket <= $4
                 GROUP BY 1) g
           JOIN series s USING (series_id) JOIN dashboard.device d USING (device_id)) r
     ORDER BY 1', dashboard.bucket_source(resolution))
    USING ids, dashboard.bucket_width(resolution, 0), range_from, range_to, ranking;
END
$$;

-- Curves of the first so many devices of that ranking.
CREATE FUNCTION dashboard.compare(
  metric text, sites text[], devices text[], range_from timestamptz, range_to timestamptz, interval_ms bigint,
  ranking text, max_devices int
) RETURNS TABLE ("time" timestamptz, device_id text, label text, value double precision, min double precision,
                 max double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH first AS MATERIALIZED (
    SELECT s.series_id, t.device_id, t.label
    FROM dashboard.statistics(metric, sites, devices, range_from, range_to, ranking) t
    JOIN series s ON s.device_id = t.device_id AND s.metric = compare.metric
    WHERE t.place <= least(max_devices, 100)
  )
  SELECT b.time, f.device_id, f.label, b.value, b.min, b.max
  FROM dashboard.buckets((SELECT array_agg(series_id) FROM first), range_from, range_to, interval_ms) b
  JOIN first f USING (series_id)
  ORDER BY 1, 3
$$;

-- How the devices' means are spread in each bucket: quantiles over the devices.
CREATE FUNCTION dashboard.spread(
  metric text, sites text[], devices text[], range_from timestamptz, range_to timestamptz, interval_ms bigint
) RETURNS TABLE ("time" timestamptz, lowest double precision, p10 double precision, p25 double precision,
                 median double precision, p75 double precision, p90 double precision, highest double precision,
                 device_count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ids int[] := dashboard.chosen_series(metric, sites, devices);
  resolution text := dashboard.resolution_of_many(cardinality(ids), range_from, range_to);
BEGIN
  IF ids IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'SELECT time, q[1], q[2], q[3], q[4], q[5], q[6], q[7], device_count
     FROM (SELECT time, percentile_cont(ARRAY[0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) WITHIN GROUP (ORDER BY value) AS q,
                  count(*) AS device_count
           FROM (SELECT time_bucket($2, bucket) AS time, series_id, sum(sum) / sum(count) AS value
                 FROM %I WHERE series_id = ANY ($1) AND bucket >= time_bucket($2, $3) AND bucket <= $4
                 GROUP BY 1, 2) g
           GROUP BY 1) s ORDER BY 1', dashboard.bucket_source(resolution))
    USING ids, dashboard.bucket_width(resolution, interval_ms), range_from, range_to;
END
$$;

-- Every chosen device, a row each. Status: `offline` where it said so or its connection ended; otherwise `silent` where it
-- reported nothing for `silent_after`; otherwise `online`. Alerts are those that are open now.
CREATE FUNCTION dashboard.fleet(sites text[], devices text[], silent_after interval)
RETURNS TABLE (device_id text, name text, site text, status text, critical bigint, warning bigint, info bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  -- A device's newest reading is looked for in the newest minutes of one series after the other, up to the first that has any.
  RETURN QUERY EXECUTE
    'SELECT d.device_id, d.name, d.site,
            CASE WHEN d.presence = ''offline'' THEN ''offline''
                 WHEN (SELECT true FROM series s CROSS JOIN LATERAL (
                         SELECT FROM reading_1m m WHERE m.series_id = s.series_id AND m.bucket >= $3
                         ORDER BY m.bucket DESC LIMIT 1) r
                       WHERE s.device_id = d.device_id LIMIT 1) THEN ''online''
                 WHEN (SELECT true FROM series s CROSS JOIN LATERAL (
                         SELECT x.until_time FROM reading_text x WHERE x.series_id = s.series_id
                         ORDER BY x.time DESC LIMIT 1) t
                       WHERE s.device_id = d.device_id AND t.until_time >= $3 LIMIT 1) THEN ''online''
                 ELSE ''silent'' END,
            coalesce(a.critical, 0), coalesce(a.warning, 0), coalesce(a.info, 0)
     FROM dashboard.device d
     LEFT JOIN (SELECT device_id, count(*) FILTER (WHERE severity = ''critical'') AS critical,
                       count(*) FILTER (WHERE severity = ''warning'') AS warning,
                       count(*) FILTER (WHERE severity = ''info'') AS info
                FROM alert WHERE state = ''firing'' GROUP BY 1) a USING (device_id)
     WHERE (''#'' = ANY ($1) OR d.site = ANY ($1)) AND (''#'' = ANY ($2) OR d.device_id = ANY ($2))'
    USING sites, devices, date_trunc('minute', now() - silent_after);
END
$$;

-- A value for people: as many decimals as its size deserves.
CREATE FUNCTION dashboard.short_number(value double precision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN abs(value) < 1e15
    THEN trim_scale(round(value::numeric, CASE WHEN abs(value) >= 100 THEN 0 WHEN abs(value) >= 10 THEN 1 ELSE 2 END))::text
    ELSE value::text END
$$;

-- The devices that deserve a look first, with what they said last: open alerts, the gravest first, then offline, then
-- silent, then the rest by name. `latest` holds up to three metrics.
CREATE FUNCTION dashboard.fleet_by_trouble(sites text[], devices text[], silent_after interval, max_devices int)
RETURNS TABLE (device_id text, name text, site text, status text, critical bigint, warning bigint, info bigint,
               last_seen timestamptz, latest text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.device_id, f.name, f.site, f.status, f.critical, f.warning, f.info, l.last_seen, l.latest
  FROM (SELECT row_number() OVER (ORDER BY critical DESC, warning DESC, info DESC,
                                           array_position(ARRAY['offline', 'silent', 'online'], status),
                                           lower(name), device_id) AS place, t.*
        FROM dashboard.fleet(sites, devices, silent_after) t
        ORDER BY place LIMIT least(max_devices, 1000)) f,
  LATERAL (SELECT max(v.time) AS last_seen,
                  string_agg(v.metric || ' ' || coalesce(dashboard.short_number(v.value), v.text) || coalesce(' ' || v.unit, ''),
                             ' · ' ORDER BY v.place) FILTER (WHERE v.place <= 3) AS latest
           FROM (SELECT x.*, row_number() OVER (ORDER BY x.unit IS NULL, x.value IS NULL, x.value IN (0, 1), x.series_id) AS place
                 FROM latest x WHERE x.device_id = f.device_id) v) l
  ORDER BY f.place
$$;

-- The worst of what held in each interval, for the devices that had most trouble: `critical`, `warning` or `info` while such
-- an alert was open, `offline` while the device was, else `ok`; a row where that changes. At most 100 devices, and the newest
-- 2,000 alerts of them.
CREATE FUNCTION dashboard.device_states(
  sites text[], devices text[], range_from timestamptz, range_to timestamptz, interval_ms bigint, max_devices int
) RETURNS TABLE ("time" timestamptz, device_id text, label text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH bounds AS (
    SELECT make_interval(secs => greatest(interval_ms, 1000, extract(epoch FROM until - range_from) * 1000 / 1000)
                                 / 1000.0) AS width, until
    FROM (SELECT least(range_to, now()) AS until) u
  ), chosen AS (
    SELECT d.device_id, d.name, d.presence, d.first_seen FROM dashboard.device d
    WHERE ('#' = ANY (sites) OR d.site = ANY (sites)) AND ('#' = ANY (devices) OR d.device_id = ANY (devices))
  ), trouble AS (
    SELECT a.device_id, sum(array_position(ARRAY['info', 'warning', 'critical'], a.severity)
             * extract(epoch FROM least(coalesce(a.resolved_at, until), until) - greatest(a.fired_at, range_from))) AS score
    FROM alert a, bounds
    WHERE a.fired_at <= range_to AND (a.resolved_at IS NULL OR a.resolved_at >= range_from)
    GROUP BY 1
  ), worst AS MATERIALIZED (
    SELECT row_number() OVER w AS place, c.device_id,
           CASE WHEN count(*) OVER (PARTITION BY c.name) = 1 THEN c.name ELSE c.name || ' (' || c.device_id || ')' END AS label,
           c.first_seen
    FROM chosen c LEFT JOIN trouble t USING (device_id)
    WINDOW w AS (ORDER BY t.score DESC NULLS LAST, (c.presence = 'offline') DESC NULLS LAST, lower(c.name), c.device_id)
    ORDER BY place LIMIT least(max_devices, 100)
  ), stretch AS (
    (SELECT a.device_id, array_position(ARRAY['info', 'warning', 'offline', 'critical'], a.severity) AS rank,
            a.fired_at AS begins, coalesce(a.resolved_at, until) AS ends
     FROM alert a JOIN worst USING (device_id), bounds
     WHERE a.fired_at <= range_to AND (a.resolved_at IS NULL OR a.resolved_at >= range_from)
     ORDER BY a.fired_at DESC LIMIT 2000)
    UNION ALL
    SELECT device_id, 3, begins, coalesce(ends, until)
    FROM (SELECT e.device_id, e.type, e.time AS begins,
                 lead(e.time) OVER (PARTITION BY e.device_id ORDER BY e.time, e.origin_partition, e.origin_offset) AS ends
          FROM worst w, LATERAL (
            (SELECT v.* FROM device_event v WHERE v.device_id = w.device_id AND v.time < range_from
             ORDER BY v.time DESC LIMIT 1)
            UNION ALL
            (SELECT v.* FROM device_event v WHERE v.device_id = w.device_id AND v.time BETWEEN range_from AND range_to
             ORDER BY v.time DESC LIMIT 2000)) e) p, bounds
    WHERE type IN ('disconnected', 'last-will', 'offline')
  ), held AS (
    SELECT s.device_id, t.time, max(s.rank) AS rank
    FROM stretch s, bounds b, LATERAL generate_series(
           time_bucket(b.width, greatest(s.begins, range_from)), least(s.ends, b.until), b.width) AS t (time)
    GROUP BY 1, 2
  )
  SELECT time, device_id, label, state
  FROM (SELECT greatest(g.time, range_from) AS time, w.device_id, w.label, w.place, i.state,
               lag(i.state) OVER (PARTITION BY w.device_id ORDER BY g.time) AS before
        FROM bounds b
        CROSS JOIN worst w
        CROSS JOIN LATERAL generate_series(
          time_bucket(b.width, greatest(range_from, w.first_seen)), b.until, b.width) AS g (time)
        LEFT JOIN held h ON h.device_id = w.device_id AND h.time = g.time
        CROSS JOIN LATERAL (
          SELECT coalesce((ARRAY['info', 'warning', 'offline', 'critical'])[h.rank], 'ok') AS state) i) c
  WHERE before IS DISTINCT FROM state
  ORDER BY time, place
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA dashboard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dashboard.statistics, dashboard.compare, dashboard.spread, dashboard.fleet,
  dashboard.fleet_by_trouble, dashboard.device_states, dashboard.short_number TO grafana_reader;

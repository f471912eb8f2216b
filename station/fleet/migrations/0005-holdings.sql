-- What each station holds and serves, as it says itself: media, disk images, and its rack.
-- Kept as it was applied: a change is a new migration.

-- A station's newest word takes the place of the one before. It is no entry: nothing signs it, and nothing is decided by it.
CREATE TABLE prestage.station_states (
  station integer PRIMARY KEY REFERENCES prestage.stations (id),
  state jsonb NOT NULL CHECK (
    pg_catalog.jsonb_typeof(state) = 'object' AND pg_catalog.octet_length(state::text) <= 4194304
  ),
  told_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);

CREATE FUNCTION prestage.tell_state(station_fingerprint text, told jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  station_id integer := prestage.authorize(station_fingerprint);
BEGIN
  INSERT INTO prestage.station_states (station, state) VALUES (station_id, told)
  ON CONFLICT (station) DO UPDATE SET state = EXCLUDED.state, told_at = clock_timestamp();
END
$function$;

-- Which station has which media and which disk image.
CREATE VIEW prestage.station_holdings AS
SELECT
  s.name AS station,
  s.key_fingerprint,
  held.item ->> 'what' AS what,
  held.item ->> 'name' AS name,
  held.item ->> 'sha256' AS sha256,
  held.item ->> 'mediaSha256' AS media_sha256,
  (held.item ->> 'bytes')::bigint AS bytes,
  held.item ->> 'from' AS from_station,
  t.told_at
FROM prestage.station_states AS t
JOIN prestage.stations AS s ON s.id = t.station
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(t.state -> 'held') AS held (item);

-- Which station serves a rack, where, since when, and how many machines are in it.
CREATE VIEW prestage.station_racks AS
SELECT
  s.name AS station,
  s.key_fingerprint,
  t.state #>> '{rack,listens}' AS listens,
  t.state #>> '{rack,interface}' AS interface,
  t.state #>> '{rack,certificate}' AS certificate,
  (t.state #>> '{rack,since}')::timestamptz AS since,
  (t.state #>> '{rack,machines}')::integer AS machines,
  t.told_at
FROM prestage.stations AS s
LEFT JOIN prestage.station_states AS t ON t.station = s.id;

REVOKE ALL ON FUNCTION prestage.tell_state(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prestage.tell_state(text, jsonb) TO prestage_station;
GRANT SELECT ON prestage.station_states, prestage.station_holdings, prestage.station_racks TO prestage_reader;

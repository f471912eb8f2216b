-- The one door for stations: two functions, and no right on any table.
-- Kept as it was applied: a change is a new migration.

-- Finds the station that the caller's login may push for, and holds its row until the transaction ends.
CREATE FUNCTION prestage.authorize(station_fingerprint text) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  found_id integer;
  found_login text;
BEGIN
  SELECT s.id, s.login INTO found_id, found_login
  FROM prestage.stations AS s WHERE s.key_fingerprint = station_fingerprint FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no station with the key % was added', station_fingerprint USING ERRCODE = 'PF001';
  END IF;
  -- Who logged in, not whose rights this function has.
  IF found_login IS DISTINCT FROM SESSION_USER::text THEN
    RAISE EXCEPTION 'the login % may not push for the station with the key %', SESSION_USER, station_fingerprint
      USING ERRCODE = 'PF002';
  END IF;
  RETURN found_id;
END
$function$;

-- How far this database is: 0 and zeros before the first entry.
CREATE FUNCTION prestage.push_position(
  station_fingerprint text, OUT last_sequence bigint, OUT last_hash text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  station_id integer := prestage.authorize(station_fingerprint);
BEGIN
  SELECT e.sequence, e.hash INTO last_sequence, last_hash
  FROM prestage.entries AS e WHERE e.station = station_id ORDER BY e.sequence DESC LIMIT 1;
  IF NOT FOUND THEN
    last_sequence := 0;
    last_hash := repeat('0', 64);
  END IF;
END
$function$;

-- Takes entries, all or none: [{"sequence", "json", "hash", "signature"}, …]. What is there already and is
-- the same is left as it is, so that a push whose answer was lost can be repeated.
CREATE FUNCTION prestage.push(
  station_fingerprint text, batch jsonb, OUT last_sequence bigint, OUT last_hash text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  station_id integer := prestage.authorize(station_fingerprint);
  item record;
  present record;
BEGIN
  SELECT p.last_sequence, p.last_hash INTO last_sequence, last_hash
  FROM prestage.push_position(station_fingerprint) AS p;
  FOR item IN
    SELECT b.sequence, b.json, b.hash, b.signature
    FROM jsonb_to_recordset(batch) AS b (sequence bigint, json text, hash text, signature text)
    ORDER BY b.sequence
  LOOP
    IF item.sequence <= last_sequence THEN
      SELECT e.json, e.hash, e.signature INTO present
      FROM prestage.entries AS e WHERE e.station = station_id AND e.sequence = item.sequence;
      IF NOT FOUND OR (present.json, present.hash, present.signature)
        IS DISTINCT FROM (item.json, item.hash, item.signature)
      THEN
        RAISE EXCEPTION 'entry % is here already, and is another one', item.sequence USING ERRCODE = 'PF004';
      END IF;
    ELSE
      INSERT INTO prestage.entries (station, sequence, json, hash, previous_hash, signature)
      VALUES (station_id, item.sequence, item.json, item.hash, last_hash, item.signature);
      last_sequence := item.sequence;
      last_hash := item.hash;
    END IF;
  END LOOP;
END
$function$;

REVOKE ALL ON FUNCTION prestage.facts(text), prestage.machine_serial(text), prestage.check_entry(),
  prestage.refuse_change(), prestage.authorize(text), prestage.push_position(text), prestage.push(text, jsonb)
  FROM PUBLIC;
GRANT USAGE ON SCHEMA prestage TO prestage_station, prestage_reader;
GRANT EXECUTE ON FUNCTION prestage.push_position(text), prestage.push(text, jsonb) TO prestage_station;
GRANT SELECT ON prestage.stations, prestage.entries, prestage.migrations TO prestage_reader;

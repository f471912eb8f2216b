-- The plant's database: roles, stations, entries, and the checks on arrival.
-- Kept as it was applied: a change is a new migration.

DO $encoding$
BEGIN
  IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the database has the encoding %, not UTF8', pg_catalog.current_setting('server_encoding')
      USING ERRCODE = 'PF007';
  END IF;
END
$encoding$;

-- Roles belong to the whole server: another database of it may have them already.
DO $roles$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['prestage_owner', 'prestage_station', 'prestage_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;
  END LOOP;
END
$roles$;

-- Everything belongs to a role that nobody logs in as, so that what runs with its owner's rights has few.
GRANT prestage_owner TO CURRENT_USER;
CREATE SCHEMA prestage AUTHORIZATION prestage_owner;
SET LOCAL ROLE prestage_owner;

CREATE TABLE prestage.migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of the migration's text.
  checksum text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by text NOT NULL DEFAULT SESSION_USER
);

-- The administrator says who may push. An unknown key is refused.
CREATE TABLE prestage.stations (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key_fingerprint text NOT NULL UNIQUE,
  -- SPKI, DER: 12 bytes that say Ed25519 (RFC 8410), then the key.
  public_key bytea NOT NULL,
  name text NOT NULL UNIQUE CHECK (name <> ''),
  -- The one database login that may push for this station, and for no other.
  login text NOT NULL UNIQUE,
  added_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  added_by text NOT NULL DEFAULT SESSION_USER,
  CONSTRAINT stations_key_is_ed25519 CHECK (
    pg_catalog.length(public_key) = 44
    AND pg_catalog.substring(public_key, 1, 12) = '\x302a300506032b6570032100'::bytea
  ),
  CONSTRAINT stations_fingerprint_is_of_key CHECK (
    key_fingerprint = pg_catalog.encode(pg_catalog.sha256(public_key), 'hex')
  )
);

-- An entry as jsonb. jsonb cannot hold U+0000, which JSON can: it becomes U+FFFD, here only.
CREATE FUNCTION prestage.facts(entry_json text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
  SELECT regexp_replace(entry_json, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb
$function$;

CREATE FUNCTION prestage.machine_serial(entry_json text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
  -- Bounded, so that it always fits an index.
  SELECT left(coalesce(facts #>> '{record,job,machineSerial}', facts #>> '{record,machineSerial}'), 200)
  FROM prestage.facts(entry_json) AS facts
$function$;

CREATE TABLE prestage.entries (
  station integer NOT NULL REFERENCES prestage.stations (id),
  sequence bigint NOT NULL CHECK (sequence > 0),
  -- Canonical JSON (RFC 8785), byte for byte as the station signed it.
  json text NOT NULL,
  hash text NOT NULL,
  previous_hash text NOT NULL,
  -- Ed25519 over the 32 bytes of the hash, base64. Checked by "prestage fleet verify", not here.
  signature text NOT NULL,
  received_at timestamptz NOT NULL,
  -- Derived from json, for reports.
  facts jsonb NOT NULL GENERATED ALWAYS AS (prestage.facts(json)) STORED,
  machine_serial text GENERATED ALWAYS AS (prestage.machine_serial(json)) STORED,
  PRIMARY KEY (station, sequence),
  -- A constraint, so that it also holds while triggers are off.
  CONSTRAINT entries_hash_is_of_json CHECK (
    hash = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(json, 'UTF8')), 'hex')
  )
);
CREATE INDEX entries_by_machine ON prestage.entries (machine_serial) WHERE machine_serial IS NOT NULL;

-- Every entry on its way in, whoever inserts it: it must be the next of its station's chain.
CREATE FUNCTION prestage.check_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  entry jsonb;
  fingerprint text;
  last_sequence bigint := 0;
  last_hash text := repeat('0', 64);
BEGIN
  -- The lock puts the entries of one station behind each other.
  SELECT key_fingerprint INTO fingerprint FROM prestage.stations WHERE id = NEW.station FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no station %', NEW.station USING ERRCODE = 'PF001';
  END IF;
  SELECT e.sequence, e.hash INTO last_sequence, last_hash
  FROM prestage.entries AS e WHERE e.station = NEW.station ORDER BY e.sequence DESC LIMIT 1;
  IF NOT FOUND THEN
    last_sequence := 0;
    last_hash := repeat('0', 64);
  END IF;

  BEGIN
    entry := prestage.facts(NEW.json);
    PERFORM (entry ->> 'time')::timestamptz;
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'entry % is not JSON with a time', NEW.sequence USING ERRCODE = 'PF005';
  END;
  IF coalesce(entry ->> 'time', '') !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$' THEN
    RAISE EXCEPTION 'entry % has no time', NEW.sequence USING ERRCODE = 'PF005';
  END IF;
  IF NEW.signature !~ '^[A-Za-z0-9+/]{86}==$' THEN
    RAISE EXCEPTION 'entry % has no signature', NEW.sequence USING ERRCODE = 'PF005';
  END IF;
  IF (entry ->> 'sequence') IS DISTINCT FROM NEW.sequence::text THEN
    RAISE EXCEPTION 'entry % says that it is entry %', NEW.sequence, entry ->> 'sequence' USING ERRCODE = 'PF005';
  END IF;
  IF (entry #>> '{station,keyFingerprint}') IS DISTINCT FROM fingerprint THEN
    RAISE EXCEPTION 'entry % was made with the key of another station', NEW.sequence USING ERRCODE = 'PF002';
  END IF;
  IF NEW.sequence IS DISTINCT FROM last_sequence + 1 THEN
    RAISE EXCEPTION 'entry % cannot follow entry %', NEW.sequence, last_sequence USING ERRCODE = 'PF003';
  END IF;
  IF NEW.previous_hash IS DISTINCT FROM last_hash OR (entry ->> 'previousHash') IS DISTINCT FROM last_hash THEN
    RAISE EXCEPTION 'entry % does not hold the hash of the entry before it', NEW.sequence USING ERRCODE = 'PF003';
  END IF;
  NEW.received_at := clock_timestamp();
  RETURN NEW;
END
$function$;

CREATE FUNCTION prestage.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
  RAISE EXCEPTION '% on prestage.% is refused: entries and keys are only ever added', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'PF006';
END
$function$;

CREATE TRIGGER check_entry BEFORE INSERT ON prestage.entries
  FOR EACH ROW EXECUTE FUNCTION prestage.check_entry();
CREATE TRIGGER entries_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON prestage.entries
  FOR EACH STATEMENT EXECUTE FUNCTION prestage.refuse_change();
-- A station may get another name or login, never another key.
CREATE TRIGGER keys_are_only_added BEFORE UPDATE OF id, key_fingerprint, public_key ON prestage.stations
  FOR EACH STATEMENT EXECUTE FUNCTION prestage.refuse_change();
-- Also for sessions that take themselves for a replica.
ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER check_entry;
ALTER TABLE prestage.entries ENABLE ALWAYS TRIGGER entries_are_only_added;
ALTER TABLE prestage.stations ENABLE ALWAYS TRIGGER keys_are_only_added;

-- Not even the owner, and so no function that runs with its rights.
REVOKE ALL ON prestage.entries FROM prestage_owner;
GRANT SELECT, INSERT ON prestage.entries TO prestage_owner;

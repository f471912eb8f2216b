-- What the plant asks about most. Times are those of the stations' clocks.
-- Kept as it was applied: a change is a new migration.

-- Every entry about one machine's drive.
CREATE VIEW prestage.machine_entries AS
SELECT
  s.name AS station,
  s.key_fingerprint,
  e.sequence,
  (e.facts ->> 'time')::timestamptz AS time,
  e.received_at,
  e.machine_serial,
  e.facts #>> '{record,kind}' AS kind,
  CASE e.facts #>> '{record,kind}'
    WHEN 'job-started' THEN 'started'
    WHEN 'job-ended' THEN e.facts #>> '{record,end,state}'
    WHEN 'drive-verified' THEN
      CASE e.facts #>> '{record,end,state}' WHEN 'done' THEN 'verified' ELSE 'verify-failed' END
    WHEN 'drive-rehearsed' THEN
      CASE e.facts #>> '{record,end,state}' WHEN 'done' THEN 'rehearsed' ELSE 'rehearsal-failed' END
  END AS result,
  coalesce(e.facts #>> '{record,job,jobId}', e.facts #>> '{record,jobId}') AS job_id,
  e.facts #>> '{record,job,workOrder}' AS work_order,
  coalesce(e.facts #>> '{record,job,drive,serial}', e.facts #>> '{record,drive,serial}') AS drive_serial,
  -- 'disk', or a virtual drive of a training bench.
  coalesce(e.facts #>> '{record,job,drive,kind}', e.facts #>> '{record,drive,kind}') AS drive_kind,
  e.facts #>> '{record,job,media,fileName}' AS media_file,
  e.facts #>> '{record,job,media,sha256}' AS media_sha256,
  e.facts ->> 'operator' AS operator
FROM prestage.entries AS e
JOIN prestage.stations AS s ON s.id = e.station
WHERE e.machine_serial IS NOT NULL
  AND e.facts #>> '{record,kind}' IN ('job-started', 'job-ended', 'drive-verified', 'drive-rehearsed');

-- The newest of each machine, wherever it was.
CREATE VIEW prestage.machines AS
SELECT DISTINCT ON (machine_serial) *
FROM prestage.machine_entries
ORDER BY machine_serial, time DESC, received_at DESC, sequence DESC;

-- Machines that were finished at more than one station. A drive that was later found wrong does not count, nor does
-- one of a training bench.
CREATE VIEW prestage.machines_finished_twice AS
SELECT
  done.machine_serial,
  pg_catalog.array_agg(DISTINCT done.station ORDER BY done.station) AS stations,
  pg_catalog.min(done.time) AS first_time,
  pg_catalog.max(done.time) AS last_time
FROM prestage.machine_entries AS done
WHERE done.kind = 'job-ended'
  AND done.result = 'done'
  AND done.drive_kind = 'disk'
  AND NOT EXISTS (
    SELECT FROM prestage.machine_entries AS later
    WHERE later.machine_serial = done.machine_serial
      AND later.job_id = done.job_id
      AND later.result = 'verify-failed'
  )
GROUP BY done.machine_serial
HAVING pg_catalog.count(DISTINCT done.key_fingerprint) > 1;

-- How far each station is.
CREATE VIEW prestage.station_positions AS
SELECT
  s.name AS station,
  s.key_fingerprint,
  s.login,
  last.sequence AS entries,
  last.hash AS newest_hash,
  (last.facts ->> 'time')::timestamptz AS newest_time,
  last.received_at
FROM prestage.stations AS s
LEFT JOIN LATERAL (
  SELECT e.sequence, e.hash, e.facts, e.received_at
  FROM prestage.entries AS e WHERE e.station = s.id ORDER BY e.sequence DESC LIMIT 1
) AS last ON true;

GRANT SELECT ON prestage.machine_entries, prestage.machines, prestage.machines_finished_twice,
  prestage.station_positions TO prestage_reader;

-- A finding that a later good reading lifted no longer hides a finished drive from the machines finished twice.
-- Kept as it was applied: a change is a new migration.

-- Machines that were finished at more than one station. A drive that was found wrong does not count while the finding
-- stands, nor does one of a training bench. A finding stands when no good reading followed, or when the job's disk GUID
-- was read on the drive and the content was wrong: nothing explains that away (core/ledger/standing-finding.ts).
CREATE OR REPLACE VIEW prestage.machines_finished_twice AS
SELECT
  done.machine_serial,
  pg_catalog.array_agg(DISTINCT done.station ORDER BY done.station) AS stations,
  pg_catalog.min(done.time) AS first_time,
  pg_catalog.max(done.time) AS last_time
FROM prestage.machine_entries AS done
JOIN prestage.stations AS s ON s.key_fingerprint = done.key_fingerprint
JOIN prestage.entries AS job ON job.station = s.id AND job.sequence = done.sequence
WHERE done.kind = 'job-ended'
  AND done.result = 'done'
  AND done.drive_kind = 'disk'
  AND NOT EXISTS (
    SELECT FROM prestage.entries AS finding
    WHERE finding.machine_serial = done.machine_serial
      AND finding.facts #>> '{record,kind}' = 'drive-verified'
      AND finding.facts #>> '{record,jobId}' = done.job_id
      AND finding.facts #>> '{record,end,state}' <> 'done'
      AND (
        (
          finding.facts #>> '{record,diskGuid}' = job.facts #>> '{record,job,diskGuid}'
          AND finding.facts #>> '{record,end,reason,code}' IN ('verify-mismatch', 'table-mismatch')
        )
        OR NOT EXISTS (
          SELECT FROM prestage.entries AS good
          WHERE good.machine_serial = done.machine_serial
            AND good.facts #>> '{record,kind}' = 'drive-verified'
            AND good.facts #>> '{record,jobId}' = done.job_id
            AND good.facts #>> '{record,end,state}' = 'done'
            -- Within a station the sequence is certain; its clock may have been set back.
            AND CASE
              WHEN good.station = finding.station THEN good.sequence > finding.sequence
              ELSE (good.facts ->> 'time')::timestamptz > (finding.facts ->> 'time')::timestamptz
            END
        )
      )
  )
GROUP BY done.machine_serial
HAVING pg_catalog.count(DISTINCT done.key_fingerprint) > 1;

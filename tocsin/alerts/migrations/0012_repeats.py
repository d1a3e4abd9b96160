"""Unchanged repeats: one row for all of a delivery, in days like the event log, and both as one list of deliveries."""

from django.db import migrations, models

REPEATS = """
CREATE TABLE alerts_repeat (
    batch_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    integration_id bigint NOT NULL,
    request_id uuid NOT NULL,
    at timestamptz,
    expires_at timestamptz,
    fingerprints text[] NOT NULL,
    severities smallint[] NOT NULL,
    orders timestamptz[] NOT NULL,
    said_at timestamptz[] NOT NULL,
    held text[] NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (received_at);
CREATE INDEX alerts_repeat_batch ON alerts_repeat (batch_id);
CREATE INDEX alerts_repeat_received ON alerts_repeat USING brin (received_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE TABLE alerts_repeat_default PARTITION OF alerts_repeat DEFAULT;

CREATE VIEW alerts_delivered AS
SELECT batch_id, received_at, integration_id, request_id, action, target, fingerprint, severity FROM alerts_event
UNION ALL
SELECT batch_id, received_at, integration_id, request_id, 'fire',
       CASE WHEN told.fingerprint = ANY(held) THEN 'held' ELSE 'alias' END, told.fingerprint, told.severity
  FROM alerts_repeat, unnest(fingerprints, severities) AS told (fingerprint, severity);
"""

PARTITIONS = """
CREATE OR REPLACE FUNCTION alerts_make_partitions(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    today date := (tocsin_now() AT TIME ZONE 'UTC')::date;
    made int := 0;
    start timestamptz;
    parent text;
    part text;
    taken boolean;
BEGIN
    FOREACH parent IN ARRAY ARRAY['alerts_event', 'alerts_repeat'] LOOP
        FOR offset_days IN 0..ahead LOOP
            start := (today + offset_days)::timestamp AT TIME ZONE 'UTC';
            part := parent || '_' || to_char(today + offset_days, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE received_at >= %L AND received_at < %L)',
                           parent || '_default', start, start + interval '1 day') INTO taken;
            CONTINUE WHEN taken;
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           part, parent, start, start + interval '1 day');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION alerts_drop_partitions(kept int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    oldest text := to_char((tocsin_now() AT TIME ZONE 'UTC')::date - kept, 'YYYYMMDD');
    part text;
    dropped int := 0;
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('alerts_event'::regclass, 'alerts_repeat'::regclass)
           AND c.relname ~ '^alerts_(event|repeat)_[0-9]{8}$' AND right(c.relname, 8) < oldest
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM alerts_event_default WHERE received_at < tocsin_now() - make_interval(days => kept);
    DELETE FROM alerts_repeat_default WHERE received_at < tocsin_now() - make_interval(days => kept);
    RETURN dropped;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0011_refusing")]

    operations = [
        migrations.AddField(model_name="alert", name="said_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(REPEATS + PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT alerts_make_partitions(2)", migrations.RunSQL.noop),
    ]

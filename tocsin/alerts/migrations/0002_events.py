"""The event log: every delivery, partitioned by the day it was received. Written by COPY, so it is plain SQL.

`alerts_make_partitions` runs as its owner, because the application's role may not create tables. Rows for a day that
has no partition go to the default one, so that an insert never fails for want of a partition.
"""

from django.db import migrations

EVENTS = """
CREATE TABLE alerts_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    batch_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    integration_id bigint NOT NULL,
    request_id uuid NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    fingerprint text NOT NULL,
    "order" timestamptz NOT NULL,
    at timestamptz,
    expires_at timestamptz,
    severity smallint NOT NULL,
    service text NOT NULL,
    peer text NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    by text NOT NULL,
    labels jsonb NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX alerts_event_batch ON alerts_event (batch_id, id);
CREATE INDEX alerts_event_fingerprint ON alerts_event (integration_id, fingerprint, received_at);
CREATE TABLE alerts_event_default PARTITION OF alerts_event DEFAULT;
ALTER TABLE alerts_alert SET (fillfactor = 80);
INSERT INTO alerts_digestowner (id, owner, turn) VALUES (true, '', 0);
"""

PARTITIONS = """
CREATE FUNCTION alerts_make_partitions(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    today date := (tocsin_now() AT TIME ZONE 'UTC')::date;
    made int := 0;
    start timestamptz;
    part text;
BEGIN
    FOR offset_days IN 0..ahead LOOP
        start := (today + offset_days)::timestamp AT TIME ZONE 'UTC';
        part := 'alerts_event_' || to_char(today + offset_days, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        CONTINUE WHEN EXISTS (
            SELECT FROM alerts_event_default WHERE received_at >= start AND received_at < start + interval '1 day'
        );
        EXECUTE format('CREATE TABLE %I PARTITION OF alerts_event FOR VALUES FROM (%L) TO (%L)',
                       part, start, start + interval '1 day');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION alerts_drop_partitions(kept int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    oldest text := 'alerts_event_' || to_char((tocsin_now() AT TIME ZONE 'UTC')::date - kept, 'YYYYMMDD');
    part text;
    dropped int := 0;
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'alerts_event'::regclass AND c.relname ~ '^alerts_event_[0-9]{8}$'
           AND c.relname < oldest
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM alerts_event_default WHERE received_at < tocsin_now() - make_interval(days => kept);
    RETURN dropped;
END $$;
"""

UNDO = """
DROP FUNCTION alerts_drop_partitions(int);
DROP FUNCTION alerts_make_partitions(int);
DROP TABLE alerts_event;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [
        migrations.RunSQL(EVENTS + PARTITIONS, UNDO),
        migrations.RunSQL("SELECT alerts_make_partitions(2)", migrations.RunSQL.noop),
    ]

"""A day of the event log stays while events of it wait for the digest, and whoever reads the log is not pushed aside:
DROP TABLE waits for its readers, and every delivery would wait behind it."""

from django.db import migrations

DROP = """
CREATE OR REPLACE FUNCTION alerts_drop_partitions(kept int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    undigested timestamptz := (SELECT min(received_at) FROM alerts_batch);
    oldest text := to_char(least((tocsin_now() AT TIME ZONE 'UTC')::date - kept,
                                 (undigested AT TIME ZONE 'UTC')::date), 'YYYYMMDD');
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
    DELETE FROM alerts_event_default
     WHERE received_at < least(tocsin_now() - make_interval(days => kept), undigested);
    DELETE FROM alerts_repeat_default
     WHERE received_at < least(tocsin_now() - make_interval(days => kept), undigested);
    RETURN dropped;
END $$;
ALTER FUNCTION alerts_make_partitions(int) SET lock_timeout = '500ms';
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0013_maintenance")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]

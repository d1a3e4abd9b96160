"""Facts are only ever added: a trigger refuses change and removal, and the application's role loses the right."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'facts are append-only: % of journal_fact is refused', TG_OP; END $$;
CREATE TRIGGER journal_fact_append_only BEFORE UPDATE OR DELETE ON journal_fact
  FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON journal_fact FROM tocsin_app;
  END IF;
END $$;
"""

ALLOW = """
DROP TRIGGER journal_fact_append_only ON journal_fact;
DROP FUNCTION journal_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]

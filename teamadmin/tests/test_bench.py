"""The benchmark's seed data fits the current tables."""

from django.apps import apps

from bench import rows, seed


def test_seed_writes_every_column_of_every_table():
    models = {model._meta.db_table: model for model in apps.get_models()}
    for slug, organizations, members in (("one", 1, 40), ("many", 3, 5)):
        plan = rows.Plan(slug, organizations, members, seed.ranked_roles(), seed.extra_columns())
        lines = rows.Writer(plan, 0, members if organizations == 1 else organizations).write()
        for table, table_rows in lines.items():
            columns, fields = plan.columns(table), models[table]._meta.concrete_fields
            assert {column.column for column in fields if not column.null} - {"id"} <= set(columns)
            assert set(columns) <= {column.column for column in fields}
            assert table_rows and {row.count("\t") + 1 for row in table_rows} == {len(columns)}, table
        assert len(lines["organizations_membership"]) == organizations * members
        ids = [line.split("\t")[0] for line in lines["organizations_membership"]]
        assert ids == sorted(set(ids))

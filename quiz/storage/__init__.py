"""SQLAlchemy: engine, tables, queries, migrations. The only place with SQL; knows no Flask and no files."""

"""The database: engine and sessions, SQLite, PostgreSQL, migrations, paging, bulk SQL."""

"""The one way to SQLite: opening, transactions, migrations, encryption. Knows no table."""

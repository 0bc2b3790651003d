//! usage.sqlite: schema, one writer, readers, settings, change feed, backup.

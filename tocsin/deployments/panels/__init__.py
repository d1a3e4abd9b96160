"""What other rooms' screens show of changes: fragments, fetched by URL name."""

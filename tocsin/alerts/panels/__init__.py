"""What other rooms' screens show of alerts: fragments, fetched by URL name."""

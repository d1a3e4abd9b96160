"""What other rooms' screens show of incidents: fragments, fetched by URL name."""

"""One file a channel; each describes itself. `tocsin.channels.registry` lists them."""

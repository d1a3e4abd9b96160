"""From what the queries found to the components of `tocsin.ui`, in the reader's words: one file a card."""

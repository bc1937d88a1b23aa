"""Parts of pages: each a function of its data and the language, without queries of its own."""

"""Parts of the page of warnings: the rain, what is to be done, past storms, early alerts."""

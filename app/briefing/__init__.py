"""A report on an ensemble for a decision maker: a page that stands alone, in English or Chinese."""

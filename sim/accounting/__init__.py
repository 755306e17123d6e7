"""Accounts of the centre: the ledger of payments, the book of securities and the record of indicators."""

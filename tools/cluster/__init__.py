"""A whole installation with several machines' worth of servers, on this one machine: for tests of failures and for a look at how it fits together."""

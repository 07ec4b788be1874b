"""Core values → PDF for the print shop: papers and answer keys; knows no database, reads no file but its own fonts."""

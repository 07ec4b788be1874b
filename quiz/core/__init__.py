"""Pure values and rules: standard library only; no Flask, no SQL, no files, no clock, no chance."""

"""Kaoxue (考学): question banks, papers, sittings, grading and records for policy-knowledge tests."""

__version__ = "0.1.0"

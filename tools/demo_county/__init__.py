"""Parts of the demo county's generator (`tools/make_demo_county.py`)."""

"""Pages of the marker."""

from flask import Blueprint

pages = Blueprint("marker", __name__)

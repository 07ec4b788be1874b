"""Pages of the organiser."""

from flask import Blueprint

pages = Blueprint("organiser", __name__)

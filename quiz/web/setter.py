"""Pages of the setter."""

from flask import Blueprint

pages = Blueprint("setter", __name__)

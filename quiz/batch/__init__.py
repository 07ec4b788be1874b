"""Prints a whole sitting into a folder, room by room, with every core: what is finished stays, what is killed leaves no half file.

Stands between the entry points, which ask who may, and the floors that read and print; knows no page and no command.
"""

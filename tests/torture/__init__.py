"""Faults on purpose: many processes, kills, errors and broken servers, counted.

``make test`` runs a short form; ``make torture`` the long one, which prints what it counted.
"""

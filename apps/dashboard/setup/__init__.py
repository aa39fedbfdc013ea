"""Prices, codes, discounts, clocks, and why a date has no times."""

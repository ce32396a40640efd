"""Agents as scenarios make and change them."""

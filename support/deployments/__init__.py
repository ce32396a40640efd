"""Deployments: launched from a profile, or attached to by URL."""

from support.deployments.backend import Backend
from support.deployments.deployment import Deployment
from support.deployments.profiles import Profile, known_failures_beside, load_profile
from support.deployments.record import running_recorded, stop_recorded
from support.deployments.start import start

__all__ = [
    "Backend",
    "Deployment",
    "Profile",
    "known_failures_beside",
    "load_profile",
    "running_recorded",
    "start",
    "stop_recorded",
]

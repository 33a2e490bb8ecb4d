"""Every job there is: each file in `processes/jobs` holds one of its name, as `JOB`."""

import importlib
import pkgutil
from types import ModuleType

import processes.jobs
from processes.job import Job


class JobRegistrationError(Exception):
    """A file in `processes/jobs` holds no job of its own name."""


def find_jobs(package: ModuleType = processes.jobs) -> tuple[Job, ...]:
    """Return all jobs, by name. Raises JobRegistrationError."""
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        job = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "JOB", None)
        if not isinstance(job, Job) or job.name != module.name:
            raise JobRegistrationError(f"{module.name}.py should hold JOB, a Job of the name {module.name}.")
        found.append(job)
    return tuple(sorted(found, key=lambda job: job.name))

"""The verifier inside other projects' pipelines; one thin module for each project.

A module imports the project that it is named after, so it is imported only where that is installed.
What they share is `codegen.integrations.rows`: rows with columns go in, verdicts come out.

Not here: services that others call over HTTP (`codegen.serve`).
"""

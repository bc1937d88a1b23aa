"""What is true: settings, paths, errors, the KPI catalogue, the build, publication and queries."""

"""A kind of policy that does not exist, made as `CONTRIBUTING.md` says: no more than so many events in a case."""

"""What people need to certify an agreement of their own: generators, simulated months, comparisons."""

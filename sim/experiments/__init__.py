"""Many runs: requests, worker processes, the store of results, ensembles."""

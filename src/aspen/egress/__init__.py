"""The one door to the network: for now the fetcher, which downloads models and nothing else."""

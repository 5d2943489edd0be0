"""What ``migrate`` makes of a comparison."""

"""No change of the models loses data without a word."""

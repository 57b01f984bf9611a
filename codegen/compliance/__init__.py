"""What must not be in a dataset: secrets, personal data, licences that do not allow it, terms."""

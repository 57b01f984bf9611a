"""Mixtures of model-made rows and real ones in stated proportions."""

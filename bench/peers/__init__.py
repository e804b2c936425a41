"""Other designs that keep an open on disk before the answer, each as fast as it can be made on one core."""

"""Other ways to keep an open on disk before the answer, each as quick as it can be made on one core."""

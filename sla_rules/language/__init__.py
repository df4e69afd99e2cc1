"""What an agreement file may say: its models, how it is read and how it is checked."""

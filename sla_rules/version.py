"""The version of the library, which every report names."""

VERSION = "0.1.0"

"""Programs that show the library at work: to be run, read and copied from."""

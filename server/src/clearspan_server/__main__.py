"""`python -m clearspan_server` is the command `clearspan`."""

from clearspan_server.cli import main

if __name__ == "__main__":
    main()

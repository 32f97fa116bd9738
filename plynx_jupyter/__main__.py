"""``python -m plynx_jupyter`` is the command line."""

from plynx_jupyter.cli.main import main

if __name__ == "__main__":
    main()

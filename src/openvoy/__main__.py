"""`python -m openvoy` is `openvoy`."""

from openvoy.cli import main

if __name__ == "__main__":
    main()

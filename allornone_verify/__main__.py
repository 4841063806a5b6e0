"""`python -m allornone_verify`."""

from allornone_verify.main import main

main()

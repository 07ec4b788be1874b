"""`python -m quiz`: the command line, for where the `quiz` command is not on the path."""

from quiz.cli import main

if __name__ == "__main__":
    main()

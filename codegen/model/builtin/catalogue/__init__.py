"""The families of problems: one text file each, with their Python side grouped by topic.

Every module here has `FAMILIES`. A reference solves its problem in another way than the solutions
do where that is easy, so that their agreement means something.
"""

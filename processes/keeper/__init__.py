"""
The keeper: alone holds the private keys of feedback rounds, and takes in what raters hand in.

Its keys are files in a folder of its own, which is in no database, log or backup. It reads no vault and no
view: what a closing depends on is sent to it, and only what the mirror is made of leaves it.
"""

"""
An inbox: a log of what is handed in, that one kind of process folds in memory. It has no journal.

The records and the acceptance rule are those of every log. Nothing else is kept of them: no table, no header,
no time, and in memory only where each answer is.
"""

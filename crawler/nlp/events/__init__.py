"""Which sentences tell an event, and what each says of it: its type, who acts, amount and date, and the cells of its table, by frames of each language.
A sentence and its text go in, values in the words of the text come out.
"""

"""What a sentence says of an event: its type, who acts, amount and date, and the cells of its table, by frames of each language.
A sentence and its text go in, values in the words of the text come out.
"""

"""The killable children in which everything that strangers wrote is read: pages go in, records or reasons come out, within a
deadline and a memory bound. It may call the stages and grounding; nobody else starts processes.
"""

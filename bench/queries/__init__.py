"""Questions to a full server: a folder of spans, clients that ask, senders that go on, and what a browser sees."""

"""The product as people meet it: a real server, a real browser, mail read as people read it."""

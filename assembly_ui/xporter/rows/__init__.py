"""The tables of school data, one class a table, by area.

Columns: facts file, section 7.3, and the service's own catalogue of 2018. Every
column may be missing, null, or spelt otherwise: those of scopes a school did not
grant are simply absent. Ids are strings, flags True, False or None (not said),
lists of ids tuples. Times of lessons and rows carry no zone: they are the school's
own. A row is read with `Student.read(row)`; nothing is read that nobody asks for.
"""

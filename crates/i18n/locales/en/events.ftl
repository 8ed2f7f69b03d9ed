# Event streams: why one was not opened.

events-too_many_streams = This device has { $limit } streams open. Close some of them, then try again.
    .title = Too many open streams

# Pages that the server itself writes.

pages-missing-title = Obrol is running
pages-missing-body = The pages are not part of this build. Build them with “{ $command }”, then build the server again. The API is already there.
manual-title = Obrol manual
manual-contents = Contents
manual-to-app = Back to the conversations

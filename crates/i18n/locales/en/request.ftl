# Faults of the request itself and of the server as a whole. The message is the detail, .title the title.

request-invalid = Some of the values are not allowed. Each is listed with its reason.
    .title = The request is not valid
request-malformed = The request could not be read. It must be well-formed JSON in UTF-8.
    .title = The request could not be read
request-malformed_cursor = This page marker is not one of ours or is too old. Start again from the first page.
    .title = The page marker is not valid
request-malformed_header = The header { $header } could not be read.
    .title = A header could not be read
request-too_large = The request is larger than { $limit } bytes.
    .title = The request is too large
request-too_deep = The JSON is nested deeper than { $limit } levels.
    .title = The JSON is nested too deeply
request-too_many_values = The JSON has more than { $limit } values.
    .title = The JSON has too many values
request-no_room = The server has no room for another big request now. Please try again in a moment.
    .title = No room for a big request
request-media_type = This address accepts application/json only.
    .title = The content type is not supported
request-not_found = There is nothing at this address, or you may not see it.
    .title = Not found
request-method_not_allowed = This address does not know the method used.
    .title = The method is not allowed
request-not_acceptable = None of the formats that you accept is available here.
    .title = The format is not available
request-timeout = The request did not arrive in time. Please try again.
    .title = The request took too long
request-expectation_failed = The expectation in the request cannot be met.
    .title = The expectation cannot be met
request-too_many = Too many requests. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and try again.
    .title = Too many requests
request-origin_refused = Requests from this website are not allowed here. If it is this server's own name, its operator sets OBROL_PUBLIC_URL to it.
    .title = The origin is not allowed
request-precondition_required = Send the If-Match header with the ETag that you last read, so that nobody's change is lost.
    .title = If-Match is required
request-stale = It was changed elsewhere since you read it. Read it again, then repeat your change.
    .title = Changed elsewhere
request-idempotency_in_flight = The first request with this Idempotency-Key is still being worked on. Please try again in a moment.
    .title = The first request is still running
request-idempotency_reused = This Idempotency-Key was already used with another request. Use a new one.
    .title = The Idempotency-Key was used before

db-unavailable = The database is busy or away. Nothing was changed; please try again in a moment.
    .title = Please try again in a moment
server-draining = The server is about to restart. Please try again in a moment.
    .title = The server is restarting
server-not_ready = The server cannot work at the moment.
    .title = Not ready
internal = Something went wrong on our side. The log has the details under the request id.
    .title = An unexpected fault

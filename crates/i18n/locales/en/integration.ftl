# What programs hear from /v1. The message is the detail, .title the title.

integration-provider_auth = The provider refused the server's key. An administrator must check it; meanwhile use another model.
    .title = The provider refuses access
integration-provider_payment = The server's account at the provider has no credit left. An administrator must top it up; meanwhile use another model.
    .title = The provider asks for payment
integration-moderation = The provider's content rules refused this question or answer.
    .title = Refused by content rules
integration-context_length = The messages are too long for this model. Shorten them, or use a model that can read more.
    .title = The messages are too long
integration-provider_busy = The model's provider accepts no more requests for the moment. Wait as long as Retry-After says, then try again.
    .title = The provider asks for patience
integration-timeout = The model did not answer in time.
    .title = The model took too long
integration-unavailable = The model's provider could not be reached or broke off.
    .title = The provider is not available
integration-model_not_found = Nobody offers this model here. GET /v1/models lists those that can be asked; an id is provider/model or route/name.
    .title = Model not found
integration-unsupported = No model that was asked for can do what this request wants.
    .title = The model cannot do that
integration-refused = The provider did not accept the request. The code says why, where the provider tells it.
    .title = The provider refused the request
integration-unknown = The provider failed in a way that we do not know.
    .title = The provider failed
integration-too_long = The answer is too long to be given in one piece. Ask for it as a stream.
    .title = The answer is too long
integration-rights_lost = The right to read this answer ended while it was given: the key or the session is not good any more.
    .title = The right has ended
integration-key_missing = Send an API key: Authorization: Bearer obr_…
    .title = The API key is missing

field-integration-one_choice = Only one answer can be asked for: n must be 1.
field-integration-part = This kind of content is not known in a message of this role.
field-integration-image = An image is a data: address with PNG, JPEG, GIF or WebP in base64, or an http(s) address that the provider can read.
field-integration-tool_name = A tool's name has 1 to 64 letters, digits, _ and -.
field-integration-no_such_tool = This tool is not among the tools of the request.
field-integration-tokens = Texts are embedded, not tokens: send a string or a list of strings.
field-integration-stops = At most { $max } texts can end an answer, and none of them is empty.

# Conversations, their messages, and the models that answer.

conversation-not_found = There is no such conversation, or it is not yours.
    .title = Conversation not found
conversation-stale = The conversation was changed on another device. Load it again, then repeat your change.
    .title = Changed elsewhere
message-not_found = There is no such message in this conversation.
    .title = Message not found
message-not_an_answer = Only an answer can be written anew. This is a message of a person.
    .title = Not an answer
message-too_many = You have sent many messages in a short time. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and send it again.
    .title = Too many messages
model-none = No model can answer at the moment. An administrator can connect one or switch the built-in guide on.
    .title = No model is available

field-message-empty = Write something first.
field-message-too_long = { $limit ->
        [one] Longer than { $limit } character. Please shorten it; it has { $length }.
       *[other] Longer than { $limit } characters. Please shorten it; it has { $length }.
    }
field-message-too_many_parts = { $limit ->
        [one] A message has at most { $limit } part.
       *[other] A message has at most { $limit } parts.
    }
field-message-control_character = Contains a character that cannot be shown. Only line breaks and tabs are allowed.
field-message-bad_client_id = Must be 1 to { $limit } visible characters.
field-model-not_offered = This model is not offered here. Choose another one.
field-conversation-title_empty = The title must not be empty.
field-conversation-title_invalid = The title must not contain control characters or invisible ones.
field-conversation-title_too_long = { $limit ->
        [one] The title must have at most { $limit } character.
       *[other] The title must have at most { $limit } characters.
    }

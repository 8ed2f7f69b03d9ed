# Answers in the making: why one was not accepted, or did not succeed.

run-not_found = There is no such answer, or it is not yours.
    .title = Answer not found
run-queue_full = Very many answers are waiting at the moment. Please try again shortly; nothing was sent.
    .title = The server is very busy
run-too_many_waiting = { $limit ->
        [one] { $limit } answer of yours is already waiting. Please wait until it is finished.
       *[other] { $limit } answers of yours are already waiting. Please wait until some are finished.
    }
    .title = Too many answers are waiting
run-rate_limited = There is no room for an answer at the moment: the model's provider is busy, or other answers that are being written hold what is left of a limit. Try again in a moment.
    .title = No room at the moment
run-timeout = The model did not answer in time. Try again, or choose another model.
    .title = The model took too long
run-unavailable = The model's provider could not be reached or broke off. Try again, or choose another model.
    .title = The provider is not available
run-context_length = The conversation is too long for this model. Start a new one, or choose a model that can read more.
    .title = The conversation is too long
run-auth = The provider refused the server's key. An administrator must check it; meanwhile choose another model.
    .title = The provider refuses access
run-payment = The server's account at the provider has no credit left. An administrator must top it up; meanwhile choose another model.
    .title = The provider asks for payment
run-moderation = The provider's content rules refused this question or answer. Word it differently, or choose another model.
    .title = Refused by the provider's content rules
run-invalid_request = The provider did not accept the request. An administrator finds the reason in the log; meanwhile choose another model.
    .title = The provider refused the request
run-model_missing = This model is not offered any more. Choose another one, then try again.
    .title = The model is gone
run-forbidden = You may not ask any more. Your account's rights have changed.
    .title = Not allowed
run-expired = The answer waited too long for its turn and was given up. Try again.
    .title = It waited too long
run-quarantined = The server failed several times while writing this answer, so it stopped trying. An administrator can look into it.
    .title = The answer was stopped
run-unknown = The provider failed in a way that we do not know. Try again, or choose another model.
    .title = The provider failed
run-limit_reached = You have used up what you may use of the language models for now. Your usage page shows when it starts again.
    .title = Limit reached
run-content_blocked = This server's content rules do not allow this question or its answer. Try to say it differently.
    .title = Not allowed here

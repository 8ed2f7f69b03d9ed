# API keys. The message is the detail, .title the title.

keys-invalid = This API key is not one of ours, or its owner may not use it.
    .title = The API key is not valid
keys-expired = This API key has expired. Make a new one in the settings.
    .title = The API key has expired
keys-revoked = This API key was revoked. Make a new one in the settings.
    .title = The API key was revoked
keys-scope_missing = This API key was not made for that: it lacks the scope { $scope }.
    .title = The API key may not do this
keys-person_only = An API key cannot do this. Sign in as a person.
    .title = Not with an API key
keys-too_many = You have { $limit } API keys, which is the most. Revoke one that you do not need.
    .title = Too many API keys
keys-not_found = There is no such API key, or it is not yours.
    .title = API key not found

field-keys-expires_in_past = Choose a time that is still to come.
field-keys-expires_too_late = Choose a time within the next ten years, or none.

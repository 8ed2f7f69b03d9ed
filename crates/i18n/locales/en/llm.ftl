# Language models: limits of use, and what administrators configure. The message is the detail, .title the title.

llm-requests_spent = Many requests came in a short time. Please wait a moment and try again.
    .title = Too many requests
llm-tokens_spent = The tokens for today are used up. There are new ones at midnight UTC; an administrator can raise the limit.
    .title = Today's limit is reached
llm-tokens_spent_by_all = All people of this server together have used up the tokens for today. There are new ones at midnight UTC.
    .title = The server's limit for today is reached
llm-cost_spent = The budget for this month is used up. There is a new one on the first day of the next month; an administrator can raise the limit.
    .title = This month's budget is used up
llm-cost_spent_by_all = All people of this server together have used up the budget for this month. There is a new one on the first day of the next month.
    .title = The server's budget is used up
llm-stale = This was changed by somebody else. Load it again, then repeat your change.
    .title = Changed elsewhere
llm-name_taken = There is one with this name already. Choose another name.
    .title = The name is taken
llm-provider_not_found = There is no such provider.
    .title = Provider not found
llm-credential_not_found = This provider has no such credential.
    .title = Credential not found
llm-model_not_found = Nothing was said about this model.
    .title = Model not found
llm-price_not_found = This model has no price of yours that could be withdrawn.
    .title = Price not found
llm-price_taken = There is a price for this very moment already. Try again, or choose another moment.
    .title = There is a price already
llm-route_not_found = There is no such route.
    .title = Route not found
llm-limit_not_found = There is no such limit.
    .title = Limit not found
llm-rule_not_found = There is no such rule.
    .title = Rule not found
llm-too_many_rules = There are { $limit } content rules, which is the most. Delete some first.
    .title = Too many rules
llm-probe_failed = { $class ->
        [auth] The provider does not accept the key. Check that it was copied whole, and that it belongs to this provider.
        [payment] The provider answers nobody whose account is empty. Add credits there, then try again.
        [rate_limited] The provider limits this key at the moment. Wait a little, then try again.
        [timeout] The provider did not answer in time. Check the address, then try again.
        [unavailable] The provider cannot be reached. Check the address, and whether it is running.
       *[other] The provider did not answer as expected. Check the kind and the address, which has a version at its end, such as /v1.
    }
    .title = The provider does not work
llm-address_refused = This address leads into a private network. If the provider is in your own network, allow it for this provider.
    .title = Address refused
llm-secrets_stay = The credentials and headers of this provider were entered for its present address and are not sent to another. Remove them first (headers may be entered anew with the change), or add a new provider.
    .title = Credentials stay with their address
llm-headers_unreadable = The headers of this provider cannot be opened: the key that sealed them is not there. Enter them anew, or remove them.
    .title = Headers cannot be read
llm-rule_hit_not_found = There is no such hit.
    .title = Hit not found
llm-rule_hit_text_gone = The text is not stored, or not any more.
    .title = The text is gone
llm-alert_not_found = There is no such alert.
    .title = Alert not found

field-llm-name_invalid = A name has lower-case letters a–z, digits, - and _, and begins with a letter or a digit.
field-llm-name_reserved = This name has a meaning of its own here. Choose another one.
field-llm-model_invalid = A model is written provider/model, without spaces.
field-llm-url_invalid = This is not an address such as https://api.example.com/v1, without user name, query and fragment.
field-llm-url_insecure = Use https://. Only a provider in your own network may be reached by http://.
field-llm-header_invalid = This is not a header that can be sent.
field-llm-header_ours = Obrol sets this header itself.
field-llm-header_secret = Secrets belong into a credential, where they are encrypted.
field-llm-secret_invalid = A key has only visible characters without spaces. Copy it again.
field-llm-route_in_route = A route cannot lead through another route.
field-llm-limit_empty = Set at least one of the limits.
field-llm-pattern_control = Contains a character that cannot be seen.
field-llm-price_in_past = A price cannot begin in the past: what calls have cost stays.
field-llm-range_invalid = The end must come after the beginning, by at most { $max } days.
field-llm-model_unknown = Nobody offers this model.
field-llm-subject_unknown = There is nobody with this id.
field-llm-scope_absent = This server has no assistants and no rooms yet, so this limit would limit nobody.
llm-price_unknown = The model { $model } has no price yet, and what you may spend is limited. An administrator can set its price (0 if it costs nothing).
    .title = The price of this model is not known

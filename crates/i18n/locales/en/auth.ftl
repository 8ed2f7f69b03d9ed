# Accounts: signing in and out, the first administrator. The message is the detail, .title the title.

auth-required = Sign in to go on.
    .title = Sign in first
auth-token_invalid = The access token is not one of ours. Sign in again.
    .title = The access token is not valid
auth-token_expired = The access token is too old. Renew it with the refresh token, or sign in again.
    .title = The access token has expired
auth-session_ended = This device was signed out. Sign in again.
    .title = Signed out
auth-session_expired = This device was not used for a while, or was signed in for long. Sign in again.
    .title = The session has expired
auth-refresh_invalid = The refresh token is not one of ours. Sign in again.
    .title = The refresh token is not valid
auth-refresh_reused = The sign-in of this device was used twice, so somebody else may hold a copy of it. To be safe, this device was signed out. Sign in again, and look at the list of your devices.
    .title = Signed out for your safety
auth-invalid_credentials = The e-mail address or the password is not right.
    .title = Could not sign in
auth-too_many_attempts = Too many attempts. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and try again.
    .title = Too many attempts
auth-suspended = This account is suspended. Ask the administrator of this server.
    .title = The account is suspended
auth-busy = Many people are signing in at the moment. Please try again in a few seconds.
    .title = Please try again in a moment
auth-registration_closed = New accounts are made by the administrator of this server.
    .title = Registration is closed
auth-invite_required = You need an invitation to make an account on this server.
    .title = An invitation is required
auth-registration_refused = This e-mail address cannot be registered. If you already have an account, sign in.
    .title = Could not register
auth-setup_token_invalid = The setup token is not right, or this server already has its administrator. The server's log has the token that is good now.
    .title = The setup token is not valid
auth-email_taken = This e-mail address already has an account.
    .title = The address is taken
auth-admin_required = Only administrators may do this.
    .title = Not allowed
auth-session_not_found = There is no such device, or it is signed out already.
    .title = No such device
auth-user_not_found = There is no such person.
    .title = No such person

field-email_invalid = This is not an e-mail address, such as name@example.com.
field-name_invalid = A name must not contain control characters or invisible ones.
field-password_common = This password is easy to guess. Choose a few words that do not belong together.
field-password_too_long = Must have at most { $max } bytes.
field-auth-password_wrong = This is not your password.

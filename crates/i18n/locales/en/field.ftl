# What is wrong with one field: field-<code of the fault>.

field-invalid = This value is not allowed.
field-required = This is required.
field-missing = This field is missing.
field-unknown = This field is not known here.
field-duplicate = This field is given twice.
field-wrong_type = This has the wrong type.
field-not_null = Must not be null. Leave the field out to keep what is there.
field-wrong_value = This value is not one of those allowed.
field-out_of_range = Must be between { $min } and { $max }.
field-too_short = { $min ->
        [one] Must have at least { $min } character.
       *[other] Must have at least { $min } characters.
    }
field-too_long = { $max ->
        [one] Must have at most { $max } character.
       *[other] Must have at most { $max } characters.
    }
field-too_many = { $max ->
        [one] Must have at most { $max } entry.
       *[other] Must have at most { $max } entries.
    }
field-empty = Must not be empty.
field-idempotency_key = An Idempotency-Key has 1 to 190 visible ASCII characters.

//! Money as integers: a decimal is read from its digits, never through a float.

use serde_json::Value;

/// Longest text that is taken for an amount.
const LONGEST: usize = 64;

/// Millionths of a US dollar; the half goes away from zero. A number or a string.
pub fn micros(value: &Value) -> Option<i64> {
    i64::try_from(scaled(&digits(value)?, 6)?).ok()
}

/// Millionths of a millionth of a US dollar, for prices of one token. Negative ("it depends", say routers) is `None`.
pub fn picos(value: &Value) -> Option<u64> {
    u64::try_from(scaled(&digits(value)?, 12)?).ok()
}

fn digits(value: &Value) -> Option<String> {
    match value {
        // The shortest digits that mean this float are what the provider wrote.
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `text` × 10^`scale`; `None` if it is no decimal or too large.
fn scaled(text: &str, scale: i32) -> Option<i128> {
    if text.len() > LONGEST {
        return None;
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 400)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    let shift = scale + exponent - i32::try_from(fraction.len()).ok()?;
    let value = match (value, u32::try_from(shift)) {
        (0, _) => 0,
        (_, Ok(up)) => value.checked_mul(10_i128.checked_pow(up)?)?,
        (_, Err(_)) => match 10_i128.checked_pow(shift.unsigned_abs()) {
            Some(down) => (value + down / 2) / down,
            None => 0,
        },
    };
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn digits_become_integers_without_a_float_between() {
        let cases = [
            (json!("0.00003"), Some(30), Some(30_000_000)),
            (json!("0.0000003"), Some(0), Some(300_000)),
            (json!(0.00014), Some(140), Some(140_000_000)),
            (json!(1e-7), Some(0), Some(100_000)),
            (json!("95.50"), Some(95_500_000), Some(95_500_000_000_000)),
            (json!("0.0000165"), Some(17), Some(16_500_000)),
            (json!("-1"), Some(-1_000_000), None),
            (json!(0), Some(0), Some(0)),
            (json!(".5"), Some(500_000), Some(500_000_000_000)),
            (json!("1e-400"), Some(0), Some(0)),
        ];
        for (value, micro, pico) in &cases {
            assert_eq!((micros(value), picos(value)), (*micro, *pico), "{value}");
        }
        for odd in
            [json!(""), json!("."), json!("1.2.3"), json!("1e"), json!("0x1"), json!("NaN"), json!(null), json!([1])]
        {
            assert_eq!((micros(&odd), picos(&odd)), (None, None), "{odd}");
        }
        assert_eq!(micros(&json!("9".repeat(60))), None);
    }

    proptest! {
        #[test]
        fn every_price_comes_back(pico in 0_u64..1_000_000_000_000_000) {
            let text = format!("{}.{:012}", pico / 1_000_000_000_000, pico % 1_000_000_000_000);
            prop_assert_eq!(picos(&Value::String(text)), Some(pico));
        }

        #[test]
        fn nothing_panics(text in "[-+0-9.eE]{0,70}") {
            let value = Value::String(text);
            let _ = (micros(&value), picos(&value));
        }
    }
}

//! Numbers as text.

/// The number with so many significant digits and no zeros at the end; very small and large ones with an exponent.
pub fn general(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{}", value);
    }

    let scientific = format!("{:.*e}", digits - 1, value);
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a whole number");
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{}{:02}", without_zeros(mantissa), sign, exponent.abs());
    }

    let decimals = (digits as i32 - 1 - exponent) as usize;
    without_zeros(&format!("{:.*}", decimals, value)).to_string()
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

//! How bad is it: alerts in, risk and verdict out.

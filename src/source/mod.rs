//! Opens anything: finds the inputs, unpacks them, reads each in order.

// Whether a private key can be used to log in over SSH, as data sources hold it (server-and-state.md 6.1).
//
// Threads: pure function.
// Errors:  InvalidArgument, saying what is wrong with the key; never a part of it.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace waypoint::ptypes {

// PEM with a PKCS#1, SEC1, PKCS#8 or OpenSSH key (RSA, ECDSA, Ed25519, DSA), encrypted or not. What OpenSSH
// encrypted is opened by no library at hand: its form is checked, and that a password is given.
absl::Status CheckPrivateKey(const std::string& pem, const std::string& password);

}  // namespace waypoint::ptypes
